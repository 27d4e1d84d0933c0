import { OcishError } from '@ocish/sdk'
import { content } from '@ocish/testing'
import { beforeEach, expect, test } from 'vitest'
import { ServicesDouble } from './services.test-kit.ts'

const sample = content({
  blobs: { a: 'alpha', b: 'beta' },
  manifests: { old: { layers: ['a'] }, new: { layers: ['b'] } },
  tags: { '1.0': 'old' },
})
const was = sample.manifests.old.descriptor
const { bytes, descriptor: is } = sample.manifests.new

let double: ServicesDouble
beforeEach(async () => {
  double = new ServicesDouble()
  await sample.push(double.registry('here.example'), 'app')
})

/** Somebody pushes once the first question has its answer. */
function pushedMeanwhile(tag: string): void {
  const registry = double.registry('here.example')
  let isAsked = false
  const push = async (): Promise<void> => {
    if (isAsked) return
    isAsked = true
    await registry.pushManifest('app', bytes, { mediaType: is.mediaType, tags: [tag] })
  }
  const stat = registry.statManifest.bind(registry)
  registry.statManifest = async (...asked) => {
    const answer = await stat(...asked)
    await push()
    return answer
  }
  const tags = registry.tags.bind(registry)
  registry.tags = async function* later(...asked) {
    yield* tags(...asked)
    await push()
  }
}

const watched = async (location: string, until: string): Promise<readonly unknown[]> =>
  (await double.run('watch', { args: { location }, flags: { every: 0, until } })).values

test('a tag that moves: what it was and what it is, and --until ends it', async () => {
  pushedMeanwhile('1.0')
  const ref = 'here.example/app:1.0'
  expect(await watched(ref, 'changed')).toMatchObject([
    { change: 'changed', ref, old: { ref, digest: was.digest }, new: { ref, digest: is.digest } },
  ])
})

test('a tag that goes, and comes again', async () => {
  const registry = double.registry('here.example')
  const stat = registry.statManifest.bind(registry)
  let asked = 0
  registry.statManifest = async (...call) => {
    asked += 1
    if (asked === 2) throw new OcishError('MANIFEST_NOT_FOUND', 'no manifest here.example/app:1.0')
    return stat(...call)
  }
  const ref = 'here.example/app:1.0'
  expect(await watched(ref, 'gone')).toMatchObject([{ change: 'gone', ref, old: { digest: was.digest } }])
  asked = 0
  expect(await watched(ref, 'new')).toMatchObject([
    { change: 'gone', ref },
    { change: 'new', ref, new: { digest: was.digest } },
  ])
})

test('a repository: a tag that comes', async () => {
  pushedMeanwhile('2.0')
  expect(await watched('here.example/app', 'any')).toMatchObject([
    { change: 'new', ref: 'here.example/app:2.0', new: { tag: '2.0' } },
  ])
})

/** Questions for tags fail with these, one after the other; then somebody pushes, and they are answered. */
function failing(...errors: readonly OcishError[]): void {
  const registry = double.registry('here.example')
  const tags = registry.tags.bind(registry)
  let asked = 0
  registry.tags = async function* later(...call) {
    asked += 1
    const error = errors[asked - 2]
    if (error !== undefined) throw error
    yield* tags(...call)
    if (asked === 1) await registry.pushManifest('app', bytes, { mediaType: is.mediaType, tags: ['2.0'] })
  }
}

test('a failure that passes is a warning, and it goes on', async () => {
  const down = new OcishError('NETWORK_FAILED', 'here.example closed the connection')
  failing(down, new OcishError('REGISTRY_UNAVAILABLE', 'here.example failed with status 503'))
  const args = { location: 'here.example/app' }
  const { values, notes } = await double.run('watch', { args, flags: { every: 0, until: 'any' } })
  expect(values).toMatchObject([{ change: 'new', ref: 'here.example/app:2.0' }])
  const again = 'here.example/app could not be asked, and is asked again'
  expect(notes).toEqual([
    `${again}: here.example closed the connection`,
    `${again}: here.example failed with status 503`,
  ])
})

test('a failure that does not pass ends it, and so does a host that nobody has ever known', async () => {
  failing(new OcishError('REGISTRY_UNAUTHORIZED', 'here.example wants a sign-in'))
  await expect(watched('here.example/app', 'any')).toFailWith('REGISTRY_UNAUTHORIZED')
  double.registry('typo.example').tags = () => {
    throw new OcishError('NETWORK_FAILED', 'no address', { details: { reason: 'ENOTFOUND' } })
  }
  await expect(watched('typo.example/app', 'any')).toFailWith('NETWORK_FAILED')
})

test('a question that fails ends it with its error; what needs jobs is not for a script', async () => {
  await expect(watched('here.example/app:9', 'any')).toFailWith('MANIFEST_NOT_FOUND')
  const args = { location: 'here.example/app' }
  await expect(double.run('watch', { args, flags: { 'on-change': 'version' } })).toFailWith('USAGE_CONFLICT')
})
