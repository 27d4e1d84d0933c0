import type { Services } from '@ocish/host'
import { type Command, type HelpDocument, ProgramEnd } from '@ocish/shell'
import type { SessionState } from '../commands/session-command.ts'

/** `help` knows the commands of a session too. */
export function withOwnHelp(
  command: Command<Services>,
  document: (topic: readonly string[]) => HelpDocument,
): Command<Services> {
  return {
    ...command,
    // oxlint-disable-next-line require-await
    async *run(call) {
      const topic = call.args['topic']
      yield document(Array.isArray(topic) ? topic.map(String) : [])
    },
  }
}

/** `exit` ends its line and leaves the session. */
export function withLeave(command: Command<Services>, state: SessionState): Command<Services> {
  return {
    ...command,
    async *run(call, services) {
      try {
        return yield* command.run(call, services)
      } catch (error) {
        if (error instanceof ProgramEnd) state.leave(error.status)
        throw error
      }
    },
  }
}

/** `login HOST` asks for the name too. */
export function withName(command: Command<Services>, state: SessionState): Command<Services> {
  return {
    ...command,
    async *run(call, services) {
      if (typeof call.flags['username'] === 'string') return yield* command.run(call, services)
      const username = (await state.ask(`Name for ${String(call.args['host'])}: `, call.signal)).trim()
      const flags = username === '' ? call.flags : { ...call.flags, username }
      return yield* command.run({ ...call, flags }, services)
    },
  }
}

/** Keys and motion belong to this session; everything else to the configuration. */
export function withOwnSettings(command: Command<Services>, state: SessionState): Command<Services> {
  return {
    ...command,
    async *run(call, services) {
      const own = ownSetting(call.args)
      if (own === undefined) return yield* command.run(call, services)
      const { key, value } = own
      if (value !== undefined) state.set(key, value)
      for (const [name, current] of state.settings)
        if (name.startsWith(key)) yield { key: name, value: current, source: 'session' }
      return undefined
    },
  }
}

/** Without an argument: what is in the context. */
export function listedHere(command: Command<Services>, context: string): Command<Services> {
  return {
    ...command,
    run(call, services) {
      const given = call.args['location']
      const none = !Array.isArray(given) || given.length === 0
      return command.run(none ? { ...call, args: { ...call.args, location: [context] } } : call, services)
    },
  }
}

/** `keys.…` and `ui.…`, as `KEY VALUE` or `KEY=VALUE`. */
function ownSetting(
  args: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly value?: string } | undefined {
  const given = typeof args['key'] === 'string' ? args['key'] : ''
  const [, key = '', own] = /^([^=]+)(?:=(.*))?$/s.exec(given) ?? []
  if (!key.startsWith('keys.') && !key.startsWith('ui.')) return undefined
  const value = typeof args['value'] === 'string' ? args['value'] : own
  return value === undefined ? { key } : { key, value }
}
