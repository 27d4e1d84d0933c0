import { createSession } from '@ocish/host'
import { oci } from '@ocish/sdk'
import { embeddedRegistry, temporaryFolder } from '@ocish/testing'
import { expect, test } from 'vitest'
import { TestPrompt } from '../prompt/world.test-kit.ts'
import { MenuFacts } from './menu-facts.ts'

test('a tag says which others have its digest, once that is known', async () => {
  await using folder = await temporaryFolder()
  await using registry = await embeddedRegistry()
  await using session = await createSession({ version: '0', cwd: folder.path, home: folder.path, env: {} })
  for (const [value, tags] of [
    ['one', ['1.0', 'latest']],
    ['two', ['2.0']],
  ] as const) {
    const annotations = { value }
    const index = { schemaVersion: 2, mediaType: oci.index, manifests: [], annotations }
    const bytes = Buffer.from(JSON.stringify(index))
    await registry.registry.pushManifest('app', bytes, { mediaType: oci.index, tags })
  }
  const app = `${registry.host}/app:`
  const columns = [undefined, undefined, undefined]
  const tags = ['latest', '2.0', '1.0'].map((tag) => ({ value: `${app}${tag}`, columns, more: true }))
  const { menu } = TestPrompt.at(`tags ${app}|`).key('tab').answer(tags).state

  const { promise, resolve } = Promise.withResolvers<void>()
  let learnt = 0
  const facts = new MenuFacts(
    async () => session,
    () => {
      learnt += 1
      if (learnt === 3) resolve()
    },
  )
  expect(facts.filled(menu!).view.map((candidate) => candidate.columns)).toEqual([columns, columns, columns])
  facts.shown(menu)
  await promise
  const notes = facts.filled(menu!).view.map((candidate) => [candidate.columns?.[0], candidate.columns?.[3]])
  expect(notes).toEqual([
    ['index', '1.0'],
    ['index', ''],
    ['index', 'latest'],
  ])
})
