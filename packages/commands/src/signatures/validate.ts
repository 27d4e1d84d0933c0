import { findingRow, type Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'

export const validateSignature: Signature = {
  name: 'validate',
  summary: 'check an artifact, a file or a folder',
  description:
    'An artifact is checked against the specification (and that its parts are there), then by its kind. A path is ' +
    'checked by the kind that recognises it. Exit status 1 when an error is found; --strict counts warnings.',
  params: [{ name: 'subject', type: 'location', summary: 'reference or path' }],
  flags: [
    { ...asFlag, summary: 'check as this kind, and take its short names' },
    { name: 'strict', type: 'bool', summary: 'warnings are errors' },
  ],
  input: 'none',
  output: { form: 'rows', row: findingRow },
  effect: 'R',
  examples: [
    { line: 'validate ./config.json --as runconfig', note: 'before it is pushed' },
    { line: 'validate ghcr.io/team/app:1.0', note: 'that nothing is missing' },
  ],
  exits: [1, 3, 4, 5, 9],
  since: '0.1',
  group: 'trust',
}
