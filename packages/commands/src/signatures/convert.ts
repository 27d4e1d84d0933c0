import type { Signature } from '@ocish/shell'
import { copyFlags } from './copy-flags.ts'

export const convertSignature: Signature = {
  name: 'convert',
  summary: 'copy an image in the other format: OCI or Docker',
  description:
    'Only manifests and indexes are written anew; configurations and layers keep their bytes and digests. The digest of ' +
    'the image changes, so that signatures of the old one do not cover the new one.',
  params: [
    { name: 'src', type: 'ref', summary: 'an image or an index of images' },
    { name: 'dst', type: 'ref', summary: 'where to' },
  ],
  flags: [
    { name: 'to', type: 'string', enum: ['oci', 'docker'], summary: 'the format to write' },
    ...copyFlags.filter((flag) => !flag.name.startsWith('referrers')),
  ],
  input: 'none',
  output: { form: 'value', type: 'Pushed', bytesTo: 'dst' },
  effect: 'W',
  examples: [
    { line: 'convert ghcr.io/team/app:1.0 ghcr.io/team/app:1.0-oci --to oci', note: 'manifests of OCI' },
  ],
  exits: [2, 3, 4, 5, 6, 7, 8],
  since: '0.1',
  group: 'change',
}
