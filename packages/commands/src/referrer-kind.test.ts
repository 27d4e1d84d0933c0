import type { Match } from '@ocish/sdk'
import { expect, test } from 'vitest'
import { referrerKind } from './referrer-kind.ts'
import type { KindInfo } from './services.ts'

const kind = (name: string, ...match: readonly Match[]): KindInfo => ({
  name,
  family: name,
  package: name,
  match,
  sources: [],
  options: [],
})
const bundle = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const kinds = [
  kind('attestation', { artifactType: bundle }),
  kind(
    'signature',
    { layerMediaType: 'application/vnd.x.layer' },
    { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json' },
    { artifactType: bundle, annotation: 'content=message-signature' },
  ),
  kind('profile', { configMediaType: 'application/vnd.x.profile' }),
  kind('anything', { generic: true }, {}),
]

test.each<[string, string | undefined, Record<string, string> | undefined, string]>([
  ['by its type', 'application/vnd.dev.cosign.artifact.sig.v1+json', undefined, 'signature'],
  ['the match that says most', bundle, { content: 'message-signature' }, 'signature'],
  ['another value of the annotation', bundle, { content: 'other' }, 'attestation'],
  ['the type of its configuration', 'application/vnd.x.profile', undefined, 'profile'],
  ['nothing that a descriptor has not', 'application/vnd.x.layer', undefined, 'artifact'],
  ['what is known without kinds', 'application/spdx+json', undefined, 'sbom'],
  ['no type at all', undefined, undefined, 'artifact'],
])('%s', (_name, artifactType, annotations, expected) => {
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: `sha256:${'0'.repeat(64)}`,
    size: 2,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  }
  expect(referrerKind(descriptor, kinds)).toBe(expected)
})
