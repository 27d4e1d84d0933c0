import { settingRow } from '@ocish/shell'
import { sessionSignature, type SessionCommand } from './session-command.ts'

const set: SessionCommand = {
  signature: sessionSignature({
    name: 'set',
    summary: 'show or change settings of this session: keys.KEY, ui.motion',
    params: [
      { name: 'key', type: 'string', optional: true, summary: 'keys.ctrl-o, ui.motion; also KEY=VALUE' },
      { name: 'value', type: 'string', optional: true, summary: 'an action by name, on or off' },
    ],
    output: { form: 'rows', row: settingRow },
    examples: [{ line: 'set keys.ctrl-o=accept-and-next', note: 'any key, any action' }],
  }),
  async *run(call, state) {
    const { key, value } = call.args
    const [, name, own] = /^([^=]+)(?:=(.*))?$/s.exec(typeof key === 'string' ? key : '') ?? []
    const wanted = typeof value === 'string' ? value : own
    if (name !== undefined && wanted !== undefined) {
      state.set(name, wanted)
      return
    }
    for (const [setting, current] of state.settings)
      if (name === undefined || setting === name || setting.startsWith(`${name}.`))
        yield { key: setting, value: current, source: 'session' }
  },
}

export const settingCommands: readonly SessionCommand[] = [set]
