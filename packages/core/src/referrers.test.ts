import { type Descriptor, encodeManifest, oci, OcishError, tagFallback } from '@ocish/sdk'
import { bytesOf, content, opened } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { ForwardingRegistry } from './filter/forwarding.ts'
import { logged } from './filter/logged.ts'
import { createMemoryRegistry } from './memory.ts'
import { indexReferrer, listReferrers, pushReferrer, removeReferrer } from './referrers.ts'
import type {
  Abilities,
  ManifestContent,
  Place,
  PushedManifest,
  PushManifestOptions,
  Registry,
} from './registry.ts'

const sample = content({
  blobs: { layer: 'layer' },
  manifests: {
    app: { layers: ['layer'] },
    other: { artifactType: 'application/x.other', layers: ['layer'] },
  },
  tags: { v1: 'app' },
})
const { app, other } = sample.manifests
const { signature, sbom } = content({
  manifests: {
    signature: {
      artifactType: 'application/x.signature',
      subject: app.descriptor,
      annotations: { by: 'me' },
    },
    sbom: { artifactType: 'application/x.sbom', subject: app.descriptor },
  },
}).manifests
const subject = app.descriptor.digest
const tag = tagFallback(subject)

/** What Docker's registry 2.8 is: no referrers API, conditions on a write are not looked at. */
class Old extends ForwardingRegistry {
  override pushManifest(
    repository: string,
    bytes: Uint8Array,
    { ifMatch: _, ifNoneMatch: __, ...options }: PushManifestOptions,
  ): Promise<PushedManifest> {
    return super.pushManifest(repository, bytes, options)
  }
}

async function place(
  view: (memory: Registry) => Registry = (memory) => memory,
  hasApi = false,
): Promise<Place> {
  const memory = createMemoryRegistry(hasApi ? {} : { abilities: { referrers: false } })
  await sample.push(memory, 'app')
  return { registry: view(memory), repository: 'app' }
}

async function listed(where: Place, artifactType?: string): Promise<string[]> {
  const options = artifactType === undefined ? {} : { artifactType }
  const found = await Array.fromAsync(listReferrers(where, subject, options))
  return found.map(({ digest }) => digest).toSorted()
}

function push(where: Place, piece: typeof signature): Promise<PushedManifest> {
  return pushReferrer(where, piece.bytes, { mediaType: piece.descriptor.mediaType })
}

const both = [signature.descriptor.digest, sbom.descriptor.digest].toSorted()

describe.each([
  ['the API', true],
  ['the tag schema', false],
])('referrers by %s', (_, hasApi) => {
  it('are listed once they are pushed, and filtered', async () => {
    const where = await place((memory) => memory, hasApi)
    await push(where, signature)
    await push(where, sbom)
    await push(where, signature)
    expect(await listed(where)).toEqual(both)
    expect(await listed(where, 'application/x.sbom')).toEqual([sbom.descriptor.digest])
    const [found] = await Array.fromAsync(
      listReferrers(where, subject, { artifactType: 'application/x.signature' }),
    )
    expect(found).toMatchObject({ artifactType: 'application/x.signature', annotations: { by: 'me' } })
  })

  it('are none for a subject nobody knows', async () => {
    const where = await place((memory) => memory, hasApi)
    const unknown = listReferrers({ ...where, repository: 'nothing/here' }, `sha256:${'0'.repeat(64)}`)
    expect(await Array.fromAsync(unknown)).toEqual([])
  })

  it('are gone when they were deleted', async () => {
    const where = await place((memory) => memory, hasApi)
    await push(where, signature)
    await push(where, sbom)
    await where.registry.deleteManifest(where.repository, sbom.descriptor.digest)
    await removeReferrer(where, sbom.descriptor.digest, subject)
    expect(await listed(where)).toEqual([signature.descriptor.digest])
    await where.registry.deleteManifest(where.repository, signature.descriptor.digest)
    await removeReferrer(where, signature.descriptor.digest, subject)
    expect(await listed(where)).toEqual([])
  })
})

describe('the tag schema', () => {
  it('T34 loses none of 20 that are entered at once', async () => {
    const where = await place((memory) => new Old(memory))
    const digests = await attachMany(where, 20)
    expect(await listed(where)).toEqual(digests)
  })

  it('T34 loses none where the only lock is the registry, which says when somebody was faster', async () => {
    const where = await place()
    const digests = await attachMany(where, 6, (_, act) => act())
    expect(await listed(where)).toEqual(digests)
  })

  it('T34 enters again what somebody has overwritten', async () => {
    const raced = { rounds: 2 }
    class Raced extends Old {
      override async pushManifest(
        repository: string,
        bytes: Uint8Array,
        options: PushManifestOptions,
      ): Promise<PushedManifest> {
        const pushed = await super.pushManifest(repository, bytes, options)
        if (options.tags?.includes(tag) === true && raced.rounds-- > 0) {
          await super.pushManifest(repository, indexOf(other.descriptor), {
            mediaType: oci.index,
            tags: [tag],
          })
        }
        return pushed
      }
    }
    const where = await place((memory) => new Raced(memory))
    await where.registry.pushManifest('app', signature.bytes, { mediaType: oci.manifest })
    await indexReferrer(where, signature.descriptor, subject)
    expect(await listed(where)).toEqual([other.descriptor.digest, signature.descriptor.digest].toSorted())
  })

  it('gives up, and says so, when its entry never stays', async () => {
    class Forgetful extends Old {
      override pushManifest(
        repository: string,
        _bytes: Uint8Array,
        options: PushManifestOptions,
      ): Promise<PushedManifest> {
        return super.pushManifest(repository, indexOf(), options)
      }
    }
    const where = await place((memory) => new Forgetful(memory))
    await expect(indexReferrer(where, signature.descriptor, subject)).toFailWith('PRECONDITION_FAILED')
  })

  it('costs two reads and one write when nobody else is there', async () => {
    const calls: string[] = []
    const where = await place((memory) => logged(memory, ({ method }) => calls.push(method)))
    await where.registry.pushManifest('app', signature.bytes, { mediaType: oci.manifest })
    calls.length = 0
    await indexReferrer(where, signature.descriptor, subject)
    expect(calls).toEqual(['openManifest', 'pushManifest', 'openManifest'])
    await indexReferrer(where, signature.descriptor, subject)
    expect(calls.slice(3)).toEqual(['openManifest'])
  })

  it('does not take the subject for the index, as GitLab answers it', async () => {
    class Confused extends ForwardingRegistry {
      override openManifest(repository: string, reference: string): Promise<ManifestContent> {
        return super.openManifest(repository, reference === tag ? subject : reference)
      }
    }
    const where = await place((memory) => new Confused(memory))
    expect(await listed(where)).toEqual([])
  })

  it('overwrites nothing that is no index', async () => {
    const where = await place()
    await where.registry.pushManifest('app', other.bytes, { mediaType: oci.manifest, tags: [tag] })
    expect(await listed(where)).toEqual([])
    await expect(indexReferrer(where, signature.descriptor, subject)).toFailWith('MANIFEST_INVALID')
    expect((await where.registry.statManifest('app', tag)).descriptor.digest).toBe(other.descriptor.digest)
  })

  it('drops entries whose manifest was deleted by others, which no registry would take again', async () => {
    const where = await place()
    await push(where, sbom)
    await where.registry.deleteManifest('app', sbom.descriptor.digest)
    await push(where, signature)
    expect(await listed(where)).toEqual([signature.descriptor.digest])
    const absent = indexReferrer(where, sbom.descriptor, subject)
    await expect(absent).toFailWith('MANIFEST_REFERS_TO_MISSING')
  })

  it('keeps what the index says besides', async () => {
    const where = await place()
    const mine = {
      form: 'index',
      mediaType: oci.index,
      manifests: [],
      annotations: { made: 'by hand' },
    } as const
    await where.registry.pushManifest('app', encodeManifest(mine), { mediaType: oci.index, tags: [tag] })
    await push(where, signature)
    const { bytes } = await where.registry.openManifest('app', tag)
    expect(new TextDecoder().decode(bytes)).toContain('"annotations":{"made":"by hand"}')
  })
})

describe('a registry of which nobody knows whether it has the API', () => {
  class Unknown extends ForwardingRegistry {
    override get abilities(): Abilities {
      return { ...this.inner.abilities, referrers: 'unknown' }
    }
  }

  it('is asked', async () => {
    const modern = await place((memory) => new Unknown(memory), true)
    await push(modern, signature)
    expect(await listed(modern)).toEqual([signature.descriptor.digest])
    await expect(modern.registry.statManifest('app', tag)).toFailWith('MANIFEST_NOT_FOUND')
    const old = await place((memory) => new Unknown(memory))
    await push(old, signature)
    expect(await listed(old)).toEqual([signature.descriptor.digest])
    await old.registry.statManifest('app', tag)
  })

  it('is not believed when it says that it has indexed a subject and has no API', async () => {
    class Boastful extends Unknown {
      override async pushManifest(
        repository: string,
        bytes: Uint8Array,
        options: PushManifestOptions,
      ): Promise<PushedManifest> {
        return { ...(await super.pushManifest(repository, bytes, options)), subject }
      }
    }
    const where = await place((memory) => new Boastful(memory))
    await push(where, signature)
    expect(await listed(where)).toEqual([signature.descriptor.digest])
  })

  it('fails where its failure is another one', async () => {
    class Failing extends Unknown {
      // eslint-disable-next-line require-yield -- a list that only fails
      override async *referrers(): AsyncGenerator<Descriptor> {
        throw new OcishError('REGISTRY_UNAUTHORIZED', 'who are you')
      }
    }
    const where = await place((memory) => new Failing(memory))
    await expect(listed(where)).toFailWith('REGISTRY_UNAUTHORIZED')
  })
})

function indexOf(...manifests: readonly Descriptor[]): Uint8Array {
  return encodeManifest({ form: 'index', mediaType: oci.index, manifests })
}

/** Attaches so many artifacts at once and gives their digests, sorted. */
async function attachMany(
  where: Place,
  count: number,
  exclusive?: <T>(key: string, act: () => Promise<T>) => Promise<T>,
): Promise<string[]> {
  const attach = async (number: number): Promise<string> => {
    const text = bytesOf(`signature ${number}`)
    const layer = await where.registry.pushBlob('app', {}, opened(text))
    const bytes = encodeManifest({
      form: 'image',
      mediaType: oci.manifest,
      artifactType: 'application/x.many',
      config: layer,
      layers: [layer],
      subject: app.descriptor,
    })
    const options = { mediaType: oci.manifest, ...(exclusive && { exclusive }) }
    return (await pushReferrer(where, bytes, options)).descriptor.digest
  }
  return (await Promise.all(Array.from({ length: count }, (_, number) => attach(number)))).toSorted()
}
