import type { Signature } from '@ocish/shell'

export const helpSignature: Signature = {
  name: 'help',
  summary: 'show the commands, or how to use one',
  params: [{ name: 'topic', type: 'command', optional: true, many: true, summary: 'a command' }],
  flags: [{ name: 'man', type: 'bool', summary: 'as a manual page: ocish help --man cp | man -l -' }],
  input: 'none',
  output: { form: 'value', type: 'text' },
  effect: 'L',
  examples: [
    { line: 'help', note: 'everything there is' },
    { line: 'help cp', note: 'one command' },
    { line: 'help topics', note: 'references, the language, exit codes, kinds, configuration' },
  ],
  exits: [2],
  since: '0.1',
  group: 'session',
}

export const versionSignature: Signature = {
  name: 'version',
  summary: 'print the version',
  params: [],
  flags: [],
  input: 'none',
  output: { form: 'value', type: 'string' },
  effect: 'L',
  examples: [{ line: 'version', note: 'also ocish --version' }],
  exits: [],
  since: '0.1',
  group: 'session',
}
