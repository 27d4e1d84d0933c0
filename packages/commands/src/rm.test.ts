import { createMemoryRegistry, listReferrers, pushReferrer } from '@ocish/core'
import { content } from '@ocish/testing'
import { beforeEach, expect, test } from 'vitest'
import { ServicesDouble } from './services.test-kit.ts'

const sample = content({
  blobs: { a: 'a', s: 's' },
  manifests: {
    app: { layers: ['a'] },
    other: { layers: ['a'], annotations: { other: 'yes' } },
    sbom: { artifactType: 'application/spdx+json', layers: ['s'], subject: 'app' },
  },
  tags: { one: 'app', two: 'app', three: 'other' },
})
const { digest } = sample.manifests.app.descriptor
let double: ServicesDouble
beforeEach(async () => {
  double = new ServicesDouble()
  await sample.push(double.registry('here.example'), 'app')
})

async function tags(): Promise<readonly string[]> {
  return Array.fromAsync(double.registry('here.example').tags('app'))
}

test('a tag goes alone', async () => {
  const { values } = await double.run('rm', { args: { ref: ['here.example/app:one'] } })
  expect(values).toMatchObject([{ op: 'delete-tag', digest, status: 'deleted' }])
  expect(await tags()).toEqual(['three', 'two'])
})

test('a pattern that fits more than limits.glob allows removes nothing', async () => {
  const ref = { args: { ref: ['here.example/app:t*'] } }
  await expect(double.run('rm', { ...ref, options: { glob: 1 } })).toFailWith('LIMIT_EXCEEDED')
  expect(await tags()).toEqual(['one', 'three', 'two'])
  await double.run('rm', { ...ref, options: { glob: 2 } })
  expect(await tags()).toEqual(['one'])
})

test('a registry that cannot delete a tag is not made to delete the manifest', async () => {
  double.registries.set(
    'old.example',
    createMemoryRegistry({ name: 'old.example', abilities: { tagDelete: false } }),
  )
  await sample.push(double.registry('old.example'), 'app')
  await expect(double.run('rm', { args: { ref: ['old.example/app:one'] } })).toFailWith('UNSUPPORTED')
  expect(await Array.fromAsync(double.registry('old.example').tags('app'))).toEqual(['one', 'three', 'two'])
})

test('a manifest goes with its tags, which the question names, and what refers to it is counted', async () => {
  const { questions } = await double.run('rm', {
    args: { ref: ['here.example/app:one'] },
    flags: { manifest: true },
  })
  expect(questions[0]).toContain('2 tags one, two')
  expect(questions[0]).toContain('1 referrer is left without a subject')
  expect(questions[0]).toContain(`\nsbom  ${sample.manifests.sbom.descriptor.digest}\n`)
  expect(await tags()).toEqual(['three'])
})

test('what takes several tags or referrers along wants a name, not a yes', async () => {
  const asked = async (ref: string): Promise<string> =>
    (await double.run('rm', { args: { ref: [`here.example/app${ref}`] }, flags: { manifest: true } }))
      .questions[0]!
  expect(await asked(':three')).not.toContain('typed:')
  expect(await asked(':one')).toMatch(/\ntyped: one$/)
  await sample.push(double.registry('here.example'), 'app')
  expect(await asked(`@${digest}`)).toMatch(/\ntyped: two$/)
  await double.registry('here.example').pushManifest('app', sample.manifests.app.bytes, {
    mediaType: sample.manifests.app.descriptor.mediaType,
  })
  expect(await asked(`@${digest}`)).toMatch(/\ntyped: app$/)
})

test('--referrers takes them away first', async () => {
  const { values } = await double.run('rm', {
    args: { ref: [`here.example/app@${digest}`] },
    flags: { referrers: true },
  })
  expect(values).toMatchObject([{ digest: sample.manifests.sbom.descriptor.digest }, { digest }])
})

test('a referrer leaves the tag that listed it, where the registry has no API', async () => {
  double.registries.set(
    'old.example',
    createMemoryRegistry({ name: 'old.example', abilities: { referrers: false } }),
  )
  const registry = double.registry('old.example')
  await sample.push(registry, 'app')
  const { descriptor, bytes } = sample.manifests.sbom
  const place = { registry, repository: 'app' }
  await pushReferrer(place, bytes, { mediaType: descriptor.mediaType })
  expect(await Array.fromAsync(listReferrers(place, digest))).toHaveLength(1)
  await double.run('rm', { args: { ref: [`old.example/app@${descriptor.digest}`] } })
  expect(await Array.fromAsync(listReferrers(place, digest))).toEqual([])
})

test('without a yes nothing is deleted', async () => {
  const run = double.run('rm', { args: { ref: ['here.example/app:one'] }, options: { yes: false } })
  await expect(run).toFailWith('CONFIRMATION_REQUIRED')
  expect(await tags()).toHaveLength(3)
})

test('T34 a tag that moves while the question is read: nothing is deleted', async () => {
  double.answer = async () => {
    const { bytes, descriptor } = await double.registry('here.example').openManifest('app', 'one')
    await double.registry('here.example').pushManifest('app', bytes, {
      mediaType: descriptor.mediaType,
      tags: ['late'],
    })
  }
  const call = { args: { ref: ['here.example/app:one'] }, flags: { manifest: true }, options: { yes: false } }
  await expect(double.run('rm', call)).toFailWith('PRECONDITION_FAILED')
  expect(await tags()).toContain('late')
  double.answer = async () => undefined
  expect((await double.run('rm', call)).values).toMatchObject([{ status: 'deleted' }])
})

test('one of two that fails is a row, and the status is partial', async () => {
  const { values, exit } = await double.run('rm', {
    args: { ref: ['here.example/app:nine', 'here.example/app:one'] },
  })
  expect(values).toMatchObject([{ status: 'failed' }, { status: 'deleted' }])
  expect(exit).toBe(10)
})

test('when all fail, the first failure is the answer', async () => {
  const run = double.run('rm', { args: { ref: ['here.example/app:nine', 'here.example/app:ten'] } })
  await expect(run).toFailWith('TAG_NOT_FOUND')
})
