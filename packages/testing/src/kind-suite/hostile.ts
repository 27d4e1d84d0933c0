import { verified } from '@ocish/core'
import { type Artifact, type Descriptor, digestOf, hasCode, type Kind } from '@ocish/sdk'
import { expect, test } from 'vitest'
import { bytesOf, noise, opened, readAll } from '../content.ts'
import { kindContext } from '../kind-context.ts'
import { memorySource } from '../kind-doubles.ts'
import type { KindCase } from '../kind-suite.ts'
import { artifactIn, type MemoryContent } from '../memory-artifact.ts'
import { artifactOfCase, can, expectOrderly, listAll, outcomeOf, readingActs, readModel } from './acts.ts'
import { hostileTar, hostileTars } from './tar.ts'

/** What a kind may read of one part before it has to see that there is too much of it. */
const readLimit = 64 * 1024 * 1024
const declared = 10 * 1024 * 1024 * 1024

const garbage: Readonly<Record<string, Uint8Array>> = {
  'nothing at all': new Uint8Array(),
  noise: noise(1000),
  'an empty list': bytesOf('[]'),
  null: bytesOf('null'),
  'an empty object': bytesOf('{}'),
  'JSON 100,000 deep': bytesOf('['.repeat(100_000)),
  __proto__: bytesOf('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
}

/** Artifacts and sources that are not what they seem: every function ends, and with a branded error if with one. */
export function hostileCases(kind: Kind, given: KindCase): void {
  const context = kindContext({ options: given.options ?? {} })
  const expectOrder = async (artifact: Artifact): Promise<void> => {
    for (const { act } of readingActs(kind, artifact, context)) {
      expectOrderly(await outcomeOf(act))
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  }

  test('hostile: no layers', async () => {
    for (const artifact of await imagesOf(kind, given)) {
      await expectOrder(rebuilt(artifact, new Map(artifact.layers.map(({ digest }) => [digest, null]))))
    }
  })

  test.each(Object.entries(garbage))('hostile: a part is %s', async (_name, bytes) => {
    for (const artifact of await imagesOf(kind, given)) {
      for (const part of partsOf(artifact)) {
        await expectOrder(rebuilt(artifact, new Map([[part.digest, bytes]])))
      }
    }
  })

  test('hostile: half of a part', async () => {
    for (const artifact of await imagesOf(kind, given)) {
      for (const part of partsOf(artifact)) {
        const bytes = await readAll(artifact.open(part))
        await expectOrder(rebuilt(artifact, new Map([[part.digest, bytes.slice(0, bytes.length >> 1)]])))
      }
    }
  })

  test('hostile: T32 a flipped byte that is read fails with DIGEST_MISMATCH', async () => {
    for (const artifact of await imagesOf(kind, given)) {
      for (const part of partsOf(artifact)) await expectMismatch(kind, artifact, part)
    }
  })

  test('hostile: reading stops at a part without end', async () => {
    for (const artifact of await imagesOf(kind, given)) {
      for (const part of partsOf(artifact)) {
        expectOrderly(await outcomeOf(() => readModel(kind, withEndless(artifact, part), context)))
      }
    }
  })

  test.each(Object.entries(hostileTars))('hostile: an archive with %s', async (_name, entries) => {
    for (const artifact of await imagesOf(kind, given)) {
      for (const layer of artifact.layers.filter(({ mediaType }) => isTar(mediaType))) {
        const hostile = rebuilt(artifact, new Map([[layer.digest, hostileTar(entries, layer.mediaType)]]))
        await expectOrder(hostile)
        await expectSafeList(kind, hostile)
      }
    }
  })

  const sources = { 'an empty folder': {}, 'a folder of noise': { 'a.bin': noise(1000), 'b/c.json': '[' } }
  test.runIf(can(kind, 'pack')).each(Object.entries(sources))('hostile: packing %s', async (_name, files) => {
    expectOrderly(await outcomeOf(async () => kind.pack?.(memorySource(files), context)))
  })
}

/** The image manifest of a case, or those its index names. */
async function imagesOf(kind: Kind, given: KindCase): Promise<readonly Artifact[]> {
  const artifact = await artifactOfCase(kind, given)
  return artifact.manifest.form === 'index' ? artifact.children() : [artifact]
}

function partsOf({ config, layers }: Artifact): readonly Descriptor[] {
  return config === undefined ? layers : [config, ...layers]
}

function isTar(mediaType: string): boolean {
  return /[./]tar(?:[+.](?:gzip|zstd))?$/.test(mediaType)
}

/** The same artifact with other parts, by digest, under their true digests; null leaves a layer out. */
function rebuilt(artifact: Artifact, change: ReadonlyMap<string, Uint8Array | null>): Artifact {
  const content: MemoryContent = new Map(
    partsOf(artifact).map((part) => [part.digest, () => artifact.open(part)]),
  )
  const replaced = (part: Descriptor): Descriptor => {
    const bytes = change.get(part.digest)
    if (bytes === undefined || bytes === null) return part
    const { data: _data, ...rest } = part
    const digest = digestOf(bytes)
    content.set(digest, opened(bytes))
    return { ...rest, digest, size: bytes.length }
  }
  const layers = artifact.layers.filter(({ digest }) => change.get(digest) !== null).map(replaced)
  return artifactIn(content, withParts(artifact, layers, artifact.config && replaced(artifact.config)))
}

/** The manifest with other descriptors; everything else as it is. */
function withParts(
  artifact: Artifact,
  layers: readonly Descriptor[],
  config: Descriptor | undefined,
): Uint8Array {
  const manifest = JSON.parse(new TextDecoder().decode(artifact.bytes)) as Readonly<Record<string, unknown>>
  const name = artifact.manifest.form === 'artifact' ? 'blobs' : 'layers'
  return bytesOf(JSON.stringify({ ...manifest, [name]: layers, ...(config === undefined ? {} : { config }) }))
}

/** Who has read a part to its end is told of the mismatch, and of nothing else. */
async function expectMismatch(kind: Kind, artifact: Artifact, part: Descriptor): Promise<void> {
  const bytes = await readAll(artifact.open(part))
  if (bytes.length === 0) return
  const flipped = bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1)
  for (const { name } of readingActs(kind, artifact, kindContext())) {
    let seen = false
    const open: Artifact['open'] = (wanted) =>
      wanted.digest === part.digest ? noting(verified(opened(flipped)(), part)) : artifact.open(wanted)
    async function* noting(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      try {
        yield* content
      } catch (failure) {
        seen = true
        throw failure
      }
    }
    const act = readingActs(kind, { ...artifact, open }, kindContext()).find((found) => found.name === name)
    const outcome = await outcomeOf(async () => act?.act())
    expectOrderly(outcome)
    expect(!seen || hasCode(outcome.failure, 'DIGEST_MISMATCH'), `${name} passes the mismatch on`).toBe(true)
  }
}

/** One part claims 10 GiB and goes on and on; who reads too much of it has no limit. */
function withEndless(artifact: Artifact, part: Descriptor): Artifact {
  const large = (found: Descriptor): Descriptor =>
    found.digest === part.digest ? { ...found, size: declared } : found
  const bytes = withParts(artifact, artifact.layers.map(large), artifact.config && large(artifact.config))
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let read = 0; read <= readLimit; read += 65_536) yield new Uint8Array(65_536)
    throw new Error(`more than ${readLimit} bytes were read of one part`)
  }
  return {
    ...artifactIn(new Map(), bytes),
    open: (wanted) => (wanted.digest === part.digest ? endless() : artifact.open(wanted)),
  }
}

/** What is listed can be a path inside any folder. */
async function expectSafeList(kind: Kind, artifact: Artifact): Promise<void> {
  const paths: string[] = []
  await outcomeOf(async () => {
    for (const { path } of await listAll(kind, artifact, kindContext())) paths.push(path)
  })
  expect(paths.filter((path) => /^\/|(?:^|\/)\.\.(?:\/|$)|\0/.test(path))).toEqual([])
}
