import {
  type Bytes,
  type Descriptor,
  hasCode,
  type KindLocation,
  type Manifest,
  OcishError,
} from '@ocish/sdk'
import { nearest, type Call } from '@ocish/shell'
import { numberFlag, textArg } from './call-values.ts'
import { innerEntries } from './inner-entries.ts'
import { locationEntries } from './location-entries.ts'
import { openArtifact, readSingle, type Named } from './open-artifact.ts'
import { outerName } from './outer-name.ts'
import type { Services } from './services.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const location = services.locate(textArg(call, 'ref'))
  if (location.scheme === 'kind') {
    yield* fileAt(location, call, services)
    return
  }
  const artifact = await openArtifact(location, services, call.signal)
  yield* artifact.inner === undefined ? wholeOf(artifact, call, services) : fileOf(artifact, call, services)
}

/** A file in a location that a kind opens. */
async function* fileAt(
  location: KindLocation,
  call: Call,
  services: Services,
): Bytes & AsyncGenerator<Uint8Array> {
  const path = (location.inner ?? '').replace(/^\/+|\/+$/g, '')
  if (path === '')
    throw new OcishError('USAGE_MISSING_ARGUMENT', `${location.text} names no file`, {
      hint: `Name one as ${location.name}:${location.rest}//path; ls lists them.`,
    })
  for await (const entry of locationEntries({ ...location, inner: path }, call, services))
    if (entry.path === path && entry.open !== undefined) {
      yield* entry.open()
      return
    }
  throw new OcishError('PATH_NOT_FOUND', `${path} in ${location.name}:${location.rest} is no file`)
}

async function* wholeOf(artifact: Named, call: Call, services: Services): Bytes & AsyncGenerator<Uint8Array> {
  const { signal } = call
  const { registry, repository } = artifact
  let manifest: Manifest
  try {
    manifest = (await readSingle(artifact, services, signal)).manifest
  } catch (error) {
    // A digest that is no manifest may be a blob.
    if (artifact.digest === undefined || !hasCode(error, 'MANIFEST_NOT_FOUND')) throw error
    const blob = await registry.openBlob(repository, artifact.digest, { signal }).catch((cause: unknown) => {
      throw hasCode(cause, 'BLOB_NOT_FOUND') ? noSuchDigest(artifact, cause) : cause
    })
    yield* blob.bytes
    return
  }
  yield* (await registry.openBlob(repository, chosenLayer(manifest, call, artifact), { signal })).bytes
}

function noSuchDigest(artifact: Named, cause: unknown): OcishError {
  return new OcishError(
    'BLOB_NOT_FOUND',
    `neither a manifest nor a blob ${artifact.digest} in ${artifact.display}`,
    {
      cause,
    },
  )
}

function layersOf(manifest: Manifest): readonly Descriptor[] {
  return manifest.form === 'image' ? manifest.layers : manifest.form === 'artifact' ? manifest.blobs : []
}

function chosenLayer(manifest: Manifest, call: Call, artifact: Named): Descriptor {
  const layers = layersOf(manifest)
  const number = numberFlag(call, 'layer')
  const layer = layers[number ?? 0]
  if (layer !== undefined && (number !== undefined || layers.length === 1)) return layer
  const name = artifact.location.text
  if (number !== undefined) {
    throw new OcishError('BLOB_NOT_FOUND', `${name} has no layer ${number}, but ${layers.length} of them`)
  }
  const titles = layers.flatMap((one) => titleOf(one) ?? [])
  throw new OcishError('USAGE_MISSING_ARGUMENT', `${name} has ${layers.length} layers`, {
    hint:
      titles.length > 0
        ? `Name one of its files, such as ${name}//${titles[0]}, or a layer with --layer N.`
        : 'Name a layer with --layer N.',
  })
}

function titleOf(layer: Descriptor): string | undefined {
  return layer.annotations?.['org.opencontainers.image.title']
}

async function* fileOf(artifact: Named, call: Call, services: Services): Bytes & AsyncGenerator<Uint8Array> {
  const { signal } = call
  const path = (artifact.inner ?? '').replace(/^\/+/, '')
  const read = await readSingle(artifact, services, signal)
  const layer = layersOf(read.manifest).find((one) => titleOf(one) === path)
  if (layer !== undefined) {
    yield* (await artifact.registry.openBlob(artifact.repository, layer, { signal })).bytes
    return
  }
  const names: string[] = []
  for await (const entry of innerEntries(artifact, read, call, services)) {
    if (entry.path === path && entry.open !== undefined) {
      yield* entry.open()
      return
    }
    if (names.length < 10_000) names.push(entry.path)
  }
  const near = nearest(path, names)
  throw new OcishError('PATH_NOT_FOUND', `no file ${path} in ${outerName(artifact.location.text)}`, {
    ...(near.length > 0 ? {} : { hint: 'List the files with ls REF//.' }),
    details: { closest: near },
  })
}
