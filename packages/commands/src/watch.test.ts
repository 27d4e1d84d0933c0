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

test('a repository: a tag that comes', async () => {
  pushedMeanwhile('2.0')
  expect(await watched('here.example/app', 'any')).toMatchObject([
    { change: 'new', ref: 'here.example/app:2.0', new: { tag: '2.0' } },
  ])
})

test('a question that fails ends it with its error; what needs jobs is not for a script', async () => {
  await expect(watched('here.example/app:9', 'any')).toFailWith('MANIFEST_NOT_FOUND')
  const args = { location: 'here.example/app' }
  await expect(double.run('watch', { args, flags: { 'on-change': 'version' } })).toFailWith('USAGE_CONFLICT')
})
