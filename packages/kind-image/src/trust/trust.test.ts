import type { Annotations, Artifact, Part } from '@ocish/sdk'
import { oci } from '@ocish/sdk'
import { artifactOf, describeKind, kindContext, opened } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import vectors from '../../fixtures/trust.json' with { type: 'json' }
import packageJson from '../../package.json' with { type: 'json' }
import type kinds from '../index.ts'
import { attestation } from './attestation.ts'
import { parseCbor } from './cbor.ts'
import { sbom } from './sbom.ts'
import { signature } from './signature.ts'

function part(mediaType: string, content: string | Uint8Array, annotations?: Annotations): Part {
  return { mediaType, open: opened(content), ...(annotations && { annotations }) }
}

const config = part(oci.config, '{}')
const notation = { config: part('application/vnd.cncf.notary.signature', '{}') }
const subject = { mediaType: oci.manifest, digest: `sha256:${'a'.repeat(64)}`, size: 7 }
const bundled = (content: string, annotations: Annotations = {}): Promise<Artifact> =>
  artifactOf({
    artifactType: vectors.types.bundle,
    subject,
    annotations,
    layers: [part(vectors.types.bundle, content)],
  })
const signedAnnotation = { 'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1' }

const spdx = {
  spdxVersion: 'SPDX-2.3',
  name: 'app',
  creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: syft-1.0', 'Organization: x'] },
  packages: [{ licenseConcluded: 'MIT' }, { licenseDeclared: 'MIT' }, { licenseConcluded: 'NOASSERTION' }],
}
const cyclone = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  metadata: {
    timestamp: '2026-01-01T00:00:00Z',
    component: { name: 'app' },
    tools: { components: [{ name: 'trivy', version: '1' }] },
  },
  components: [{ licenses: [{ license: { id: 'Apache-2.0' } }] }],
}
const provenance = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'app', digest: { sha256: 'b'.repeat(64) } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: { buildType: 'https://example/build' },
    runDetails: { builder: { id: 'https://example/runner' } },
  },
}

const artifacts = {
  cosign: () =>
    artifactOf({
      config,
      layers: vectors.tag.map(({ bytes, sig }) =>
        part(vectors.types.ss, bytes, { 'dev.cosignproject.cosign/signature': sig }),
      ),
    }),
  bundle: () => bundled(vectors.bundle, signedAnnotation),
  keyless: () => bundled(vectors.keyless, signedAnnotation),
  jws: () => artifactOf({ ...notation, subject, layers: [part('application/jose+json', vectors.jws)] }),
  cose: () =>
    artifactOf({
      ...notation,
      subject,
      layers: [part('application/cose', Buffer.from(vectors.cose, 'base64'))],
    }),
  dsse: () =>
    artifactOf({ config, layers: vectors.attestation.map(({ bytes }) => part(vectors.types.dsse, bytes)) }),
  buildkit: () =>
    artifactOf({ config, layers: [part('application/vnd.in-toto+json', JSON.stringify(provenance))] }),
  spdx: () =>
    artifactOf({
      artifactType: 'application/spdx+json',
      subject,
      layers: [part('application/spdx+json', JSON.stringify(spdx))],
    }),
  cyclone: () =>
    artifactOf({ config, layers: [part('application/vnd.cyclonedx+json', JSON.stringify(cyclone))] }),
  tagValue: () =>
    artifactOf({
      config,
      layers: [
        part(
          'text/spdx',
          'SPDXVersion: SPDX-2.2\nPackageName: a\nPackageName: b\nPackageLicenseConcluded: MIT\n',
        ),
      ],
    }),
}

const nothing = { name: 'no layer', artifact: () => artifactOf({ layers: [] }), code: 'KIND_INPUT_INVALID' }
const casesOf = (...names: readonly (keyof typeof artifacts)[]) =>
  names.map((name) => ({ name, artifact: artifacts[name] }))

describeKind(signature, {
  packageJson,
  cases: casesOf('cosign', 'bundle', 'keyless', 'jws', 'cose'),
  refusals: [nothing],
})
describeKind(attestation, { packageJson, cases: casesOf('dsse', 'buildkit', 'bundle'), refusals: [nothing] })
describeKind(sbom, { packageJson, cases: casesOf('spdx', 'cyclone', 'tagValue'), refusals: [nothing] })

async function described(
  kind: (typeof kinds)[number],
  artifact: Artifact,
): Promise<Readonly<Record<string, unknown>>> {
  const model = (await kind.read(artifact, kindContext())) as never
  const { title, fields } = kind.describe(model)
  return { title, ...Object.fromEntries(fields.map(({ label, value }) => [label, value])) }
}

describe('what is said is marked as not checked', () => {
  test.each([
    ['cosign', signature, { title: 'signature (cosign), 2 signatures', 'signer #1': 'key unknown' }],
    [
      'bundle',
      signature,
      { title: 'signature (cosign bundle)', predicate: 'https://sigstore.dev/cosign/sign/v1' },
    ],
    ['keyless', signature, { signer: `${vectors.identity} from ${vectors.issuer}` }],
    ['jws', signature, { algorithm: 'PS256', scheme: 'notary.x509' }],
    ['cose', signature, { algorithm: 'ES256', scheme: 'notary.x509', envelope: 'notation COSE' }],
  ] as const)('%s', async (name, kind, expected) => {
    expect(await described(kind, await artifacts[name]())).toMatchObject({
      verified: 'not checked',
      ...expected,
    })
  })

  test.each([
    [
      'buildkit',
      attestation,
      { title: 'provenance', builder: 'https://example/runner', 'build type': 'https://example/build' },
    ],
    ['spdx', sbom, { title: 'sbom SPDX 2.3', packages: 3, licences: ['MIT (2)'], tools: ['syft-1.0'] }],
    ['cyclone', sbom, { title: 'sbom CycloneDX 1.6', tools: ['trivy 1'], licences: ['Apache-2.0 (1)'] }],
    ['tagValue', sbom, { title: 'sbom SPDX 2.2', packages: 2 }],
  ] as const)('%s is unsigned', async (name, kind, expected) => {
    expect(await described(kind, await artifacts[name]())).toMatchObject({
      verified: 'unsigned',
      ...expected,
    })
  })
})

test.each(['', '5f', '9affffffff', '81'.repeat(40), '1bffffffffffffffff42', 'a181', 'ff', '7a00ffffff61'])(
  'CBOR that lies about itself ends in an error: %s',
  (hex) => {
    const read = (): unknown => parseCbor(Buffer.from(hex, 'hex'))
    try {
      read()
    } catch (error) {
      expect(error).toHaveProperty('code', 'KIND_INPUT_INVALID')
    }
  },
)
