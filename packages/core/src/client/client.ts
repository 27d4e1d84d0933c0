import { inlineData, octetStream, streamOf } from '@ocish/sdk'
import type { Abilities, BlobContent, Registry } from '../registry.ts'
import { deleteBlob, openBlob, openRange, pumpBlob, statBlob } from './blobs.ts'
import { Exchange } from './exchange.ts'
import { deleteManifest, openManifest, pushManifest, statManifest } from './manifests.ts'
import type { ClientOptions } from './options.ts'
import { apiOrigin } from './origin.ts'
import { pushBlob } from './push-blob.ts'
import { referrers } from './referrers.ts'
import { Remote } from './remote.ts'
import { repositories, tags } from './tags.ts'
import { mountBlob, resumeUpload, startUpload } from './upload.ts'

const abilities: Abilities = {
  mount: 'unknown',
  range: 'unknown',
  referrers: 'unknown',
  tagDelete: 'unknown',
  delete: 'unknown',
  readOnly: false,
  concurrentWrites: true,
  deferredDigest: true,
  chunked: 'unknown',
  pump: true,
}

/**
 * A remote registry over HTTP (distribution-spec 1.1): `host` is `name[:port]` or `[v6]:port`. Nothing is sent, and undici not
 * loaded, before the first call; dispose it to close its sockets. Errors: REFERENCE_INVALID.
 */
export function createClient(host: string, options: ClientOptions = {}): Registry {
  const exchange = new Exchange(host, apiOrigin(host, options), options)
  const remote = new Remote(host, exchange)
  return {
    name: host,
    abilities,
    openManifest: (repository, reference, call) => openManifest(remote, repository, reference, call),
    statManifest: (repository, reference, call) => statManifest(remote, repository, reference, call),
    openBlob: async (repository, blob, call) =>
      inlined(remote, blob) ?? (await openBlob(remote, repository, blob, call)),
    openRange: (repository, digest, start, call) => openRange(remote, repository, digest, start, call),
    pump: (repository, descriptor, sink, call) =>
      pumpBlob(remote, repository, descriptor, { start: 0, verify: true }, sink, call),
    pumpRange: (repository, descriptor, start, sink, call) =>
      pumpBlob(remote, repository, descriptor, { start, verify: false }, sink, call),
    statBlob: (repository, digest, call) => statBlob(remote, repository, digest, call),
    pushBlob: (repository, expected, open, call) => pushBlob(remote, repository, expected, open, call),
    startUpload: (repository, call) => startUpload(remote, repository, call),
    resumeUpload: (repository, id, call) => resumeUpload(remote, repository, id, call),
    mountBlob: async (repository, digest, from, call) => {
      const { mounted, upload } = await mountBlob(remote, repository, digest, from, call)
      if (!mounted) return upload === undefined ? {} : { upload }
      const size = call?.size ?? (await statBlob(remote, repository, digest, call)).size
      return { mounted: { mediaType: octetStream, digest, size } }
    },
    pushManifest: (repository, bytes, call) => pushManifest(remote, repository, bytes, call),
    deleteBlob: (repository, digest, call) => deleteBlob(remote, repository, digest, call),
    deleteManifest: (repository, digest, call) => deleteManifest(remote, repository, digest, call),
    deleteTag: (repository, tag, call) => deleteManifest(remote, repository, tag, call),
    repositories: (call) => repositories(remote, call),
    tags: (repository, call) => tags(remote, repository, call),
    referrers: (repository, subject, call) => referrers(remote, repository, subject, call),
    commit: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => exchange.close(),
  }
}

/** Content that its descriptor carries costs no request; what does not fit the digest is fetched. */
function inlined(remote: Remote, blob: Parameters<Registry['openBlob']>[1]): BlobContent | undefined {
  if (typeof blob === 'string') return undefined
  const data = inlineData(blob)
  if (data === undefined) {
    if (blob.data !== undefined)
      remote.exchange.warnings.warn(`the inline content of ${blob.digest} does not fit its digest`)
    return undefined
  }
  return { descriptor: blob, bytes: streamOf(data) }
}
