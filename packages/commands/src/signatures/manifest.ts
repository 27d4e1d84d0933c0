import type { Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'
import { rawFlag } from './raw-flag.ts'

export const manifestSignature: Signature = {
  name: 'manifest',
  summary: 'print a manifest, byte for byte',
  params: [{ name: 'ref', type: 'ref', summary: 'tag or digest' }],
  flags: [
    { name: 'pretty', type: 'bool', summary: 'indented; not the bytes the digest stands for' },
    rawFlag,
    asFlag,
  ],
  input: 'none',
  output: { form: 'bytes' },
  effect: 'R',
  examples: [
    { line: 'manifest ghcr.io/team/app:1.0', note: 'its sha256 is the digest' },
    { line: 'manifest ghcr.io/team/app:1.0 --platform linux/arm64', note: 'the one of a platform' },
  ],
  exits: [3, 4, 5],
  since: '0.1',
  group: 'browse',
}

export const manifestPutSignature: Signature = {
  name: 'manifest put',
  summary: 'push a manifest, byte for byte',
  description: 'What the manifest refers to must be there already (blob put).',
  params: [
    { name: 'file', type: 'path', summary: 'the manifest, or - for standard input' },
    { name: 'ref', type: 'ref', summary: 'where to: a tag, a digest, or the repository alone' },
  ],
  flags: [
    { name: 'media-type', type: 'mediatype', summary: 'when the manifest does not say it' },
    { name: 'tag', type: 'string', many: true, summary: 'further tags' },
  ],
  input: 'bytes',
  output: { form: 'value', type: 'Pushed', bytesTo: 'ref' },
  effect: 'W',
  examples: [{ line: 'manifest put manifest.json ghcr.io/team/app:1.0', note: 'exactly these bytes' }],
  exits: [4, 5, 6, 7, 8],
  since: '0.1',
  group: 'change',
}
