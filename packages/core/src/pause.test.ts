import { expect, it } from 'vitest'
import { createMemoryRegistry } from './memory.ts'
import { pause } from './pause.ts'
import { pushWhenComplete } from './push-manifest.ts'
import { oci, OcishError } from '@ocish/sdk'

const reason = new Error('enough')

it('ends with the reason of the signal, before and while it waits', async () => {
  await expect(pause(3_600_000, AbortSignal.abort(reason))).rejects.toBe(reason)
  const abort = new AbortController()
  const waiting = pause(3_600_000, abort.signal)
  abort.abort(reason)
  await expect(waiting).rejects.toBe(reason)
})

it('passes the reason through where a push waits for the next attempt', async () => {
  const registry = createMemoryRegistry()
  const abort = new AbortController()
  registry.pushManifest = () => {
    queueMicrotask(() => abort.abort(reason))
    throw new OcishError('MANIFEST_REFERS_TO_MISSING', 'a part is away')
  }
  const bytes = new TextEncoder().encode('{}')
  const pushing = pushWhenComplete({ registry, repository: 'team/app' }, bytes, {
    mediaType: oci.manifest,
    signal: abort.signal,
  })
  await expect(pushing).rejects.toBe(reason)
})

it('a push whose part comes back late is a push', async () => {
  const registry = createMemoryRegistry()
  const push = registry.pushManifest.bind(registry)
  let refusals = 4
  registry.pushManifest = (...call) => {
    if (refusals-- > 0) throw new OcishError('MANIFEST_REFERS_TO_MISSING', 'a part is away')
    return push(...call)
  }
  const bytes = new TextEncoder().encode(
    JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] }),
  )
  await pushWhenComplete({ registry, repository: 'team/app' }, bytes, { mediaType: oci.index, tags: ['1'] })
  expect((await registry.statManifest('team/app', '1')).descriptor.size).toBe(bytes.length)
})
