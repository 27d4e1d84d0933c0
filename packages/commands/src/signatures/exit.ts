import type { Signature } from '@ocish/shell'

export const exitSignature: Signature = {
  name: 'exit',
  summary: 'end the script, or leave the session',
  params: [{ name: 'status', type: 'int', optional: true, summary: 'the status to end with; default 0' }],
  flags: [],
  input: 'none',
  output: { form: 'none' },
  effect: 'L',
  examples: [
    { line: 'exit', note: 'Ctrl-D does the same in a session' },
    { line: 'exit 3', note: 'in a script: exists $app || exit 3' },
  ],
  exits: [2],
  since: '0.1',
  group: 'session',
}
