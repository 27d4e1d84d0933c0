import { OcishError } from '@ocish/sdk'
import { contextAfter } from '../session/context.ts'
import { sessionSignature, type SessionCommand } from './session-command.ts'

const cd: SessionCommand = {
  signature: sessionSignature({
    name: 'cd',
    summary: 'choose the registry or namespace that short names are relative to',
    params: [
      {
        name: 'location',
        type: 'location',
        optional: true,
        summary: 'host, namespace, .. or -; nothing: none',
      },
    ],
    examples: [
      { line: 'cd ghcr.io/team', note: 'then app:1.0 is ghcr.io/team/app:1.0' },
      { line: 'cd ..', note: 'one level up; cd - goes back' },
    ],
  }),
  // oxlint-disable-next-line require-yield -- it changes the session and gives nothing
  async *run(call, state, services) {
    const word = typeof call.args['location'] === 'string' ? call.args['location'] : ''
    const rules = { context: state.context, names: new Set<string>() }
    const resolved = word === '' || word === '-' || word.startsWith('..') ? undefined : state.resolve(word)
    const target =
      resolved?.replace(/\/+$/, '') ?? contextAfter(word, state.context, state.previousContext, rules)
    if (target !== '') {
      const location = services.locate(target)
      const isPlace = location.scheme === 'registry' || location.scheme === 'cache'
      if (
        !isPlace ||
        location.tag !== undefined ||
        location.digest !== undefined ||
        location.inner !== undefined
      ) {
        throw new OcishError('USAGE_INVALID_VALUE', `${word} is no registry or namespace`, {
          hint: 'Name a host or a path below it, without tag and digest.',
        })
      }
    }
    state.previousContext = state.context
    state.context = target
  },
}

const pwd: SessionCommand = {
  signature: sessionSignature({
    name: 'pwd',
    summary: 'print what short names are relative to',
    output: { form: 'value', type: 'string' },
    examples: [{ line: 'pwd', note: 'the registry and namespace chosen with cd' }],
  }),
  async *run(_call, state) {
    yield state.context === '' ? '(none)' : state.context
  },
}

export const moveCommands: readonly SessionCommand[] = [cd, pwd]
