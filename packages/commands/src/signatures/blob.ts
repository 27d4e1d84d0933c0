import { actionRow, type Signature } from '@ocish/shell'

export const blobPutSignature: Signature = {
  name: 'blob put',
  summary: 'push one blob and print its digest',
  params: [
    { name: 'file', type: 'path', summary: 'the content, or - for standard input' },
    { name: 'repository', type: 'location', summary: 'where to' },
  ],
  flags: [{ name: 'digest', type: 'digest', summary: 'refuse the content when its digest is another' }],
  input: 'bytes',
  output: { form: 'value', type: 'digest', bytesTo: 'repository' },
  effect: 'W',
  examples: [{ line: 'blob put layer.tar ghcr.io/team/app', note: 'no manifest refers to it yet' }],
  exits: [4, 5, 6, 7, 8],
  since: '0.1',
  group: 'change',
}

export const blobRmSignature: Signature = {
  name: 'blob rm',
  summary: 'remove blobs from a repository',
  description:
    'Manifests that refer to them are left without them; registries usually collect blobs by themselves.',
  params: [{ name: 'ref', type: 'ref', many: true, summary: 'REPO@DIGEST' }],
  flags: [],
  input: 'none',
  output: { form: 'rows', row: actionRow },
  effect: 'D',
  examples: [
    {
      line: 'blob rm ghcr.io/team/app@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --yes',
      note: 'this blob, in this repository',
    },
  ],
  exits: [2, 3, 4, 5, 6, 10],
  since: '0.1',
  group: 'change',
}
