import { embeddedRegistry, type EmbeddedRegistry, temporaryFolder } from '@ocish/testing'
import { oci } from '@ocish/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestTerminal } from './terminal.test-kit.ts'

let registry: EmbeddedRegistry
beforeAll(async () => {
  registry = await embeddedRegistry()
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] }))
  await registry.registry.pushManifest('team/app', index, {
    mediaType: oci.index,
    tags: ['1.3.9', '1.3', 'stable'],
  })
})
afterAll(() => registry[Symbol.asyncDispose]())

test('what goes with several tags wants a name typed, and a finished copy is one line', async () => {
  await using folder = await temporaryFolder()
  await using terminal = new TestTerminal({ home: folder.path, columns: 100 })
  await terminal.shows('❯')
  terminal.type(`cd ${registry.host}/team\r`)
  await terminal.shows(`${registry.host}/team ❯`)
  terminal.type('rm app:stable --manifest\r')
  await terminal.shows('type stable to go on')
  expect(terminal.everything).toMatch(/3 tags\s+1\.3, 1\.3\.9, stable/)
  terminal.type('y\r')
  await terminal.shows('not confirmed')
  terminal.type('\u000Ccp app:stable copy:1\r')
  await terminal.shows(`✓ ${registry.host}/team/app:stable → ${registry.host}/team/copy:1`)
  terminal.type('\u000Crm app:stable --manifest\r')
  await terminal.shows('type stable to go on')
  terminal.type('stable\r')
  await terminal.shows('deleted')
  terminal.type('tags app --progress json\r')
  await terminal.shows('USAGE_CONFLICT')
  terminal.type('exit\r')
  expect(await terminal.ended).toBe(0)
})
