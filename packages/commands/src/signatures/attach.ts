import type { Signature } from '@ocish/shell'
import { fileFlags } from './file-flags.ts'

export const attachSignature: Signature = {
  name: 'attach',
  summary: 'push files as an artifact that refers to another',
  params: [
    { name: 'src', type: 'path', many: true, summary: 'files, folders, or - for standard input' },
    { name: 'ref', type: 'ref', summary: 'what they are about' },
  ],
  flags: [
    {
      name: 'artifact-type',
      type: 'mediatype',
      summary: 'what the files are; default: the media type of the first',
    },
    ...fileFlags,
  ],
  input: 'bytes',
  output: { form: 'value', type: 'Pushed' },
  effect: 'W',
  examples: [
    {
      line: 'attach sbom.spdx.json ghcr.io/team/app:1.0 --artifact-type application/spdx+json',
      note: 'a bill of materials',
    },
  ],
  exits: [3, 4, 5, 6, 8],
  since: '0.1',
  group: 'change',
}
