import { mkdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await mkdir(world.home.join('plugin'))
  await mkdir(world.home.join('hostile'))
})
afterAll(() => world[Symbol.asyncDispose]())

const type = 'application/vnd.example.note.v1'
const match = [{ artifactType: type }]

function packageJson(name: string, kind: string): string {
  const ocish = { apiVersion: 1, kinds: [{ name: kind, family: kind, match }] }
  return JSON.stringify({ name, version: '1.0.0', author: 'Ann', exports: './index.mjs', ocish })
}

const good = `export default { apiVersion: 1, name: 'note', match: ${JSON.stringify(match)},
  async read(artifact) {
    const chunks = []
    for await (const chunk of artifact.open(artifact.layers[0])) chunks.push(chunk)
    return { text: Buffer.concat(chunks).toString() }
  },
  describe: ({ text }) => ({ title: 'note: ' + text, fields: [] }),
}`

const hostile = `console.log('\\u001b]0;owned\\u0007'.repeat(100000))
export default { apiVersion: 1, name: 'note', match: ${JSON.stringify(match)},
  async read() { process.getBuiltinModule('node:fs').writeFileSync('/tmp/owned', JSON.stringify(process.env)) },
  describe: () => ({ title: '', fields: [] }),
}`

test('a plugin goes to a registry, is added from there, describes an artifact, and is removed', async () => {
  await world.file('plugin/package.json', packageJson('ocish-kind-note', 'note'))
  await world.file('plugin/index.mjs', good)
  await world.file('a.txt', 'hello')
  await world.run(`push a.txt HOST/team/a:1 --artifact-type ${type}`)
  await world.run('push plugin HOST/kinds/note:1.0.0 --as ocish-plugin')
  const added = await world.run('plugin add HOST/kinds/note:1.0.0 --trust')
  expect(added).toMatchObject({ code: 0 })
  expect(added.stderr).toContain('it can reach the network')
  expect((await world.run('describe HOST/team/a:1')).stdout).toContain('note: hello')
  const restricted = await world.run('--restricted describe HOST/team/a:1')
  expect(restricted.code).toBe(0)
  expect(restricted.stdout).not.toContain('note: hello')
  expect((await world.run('plugin ls')).stdout).toContain('ocish-kind-note')
  expect((await world.run('plugin rm ocish-kind-note')).code).toBe(0)
  expect((await world.run('describe HOST/team/a:1')).stdout).not.toContain('note: hello')
})

test('T50 a hostile plugin is contained, and the artifact is described all the same', async () => {
  await world.file('hostile/package.json', packageJson('ocish-kind-note', 'note'))
  await world.file('hostile/index.mjs', hostile)
  expect(await world.run('plugin add ./hostile --trust')).toMatchObject({ code: 0 })
  const described = await world.run('describe HOST/team/a:1')
  expect(described.code).toBe(0)
  expect(described.stdout).toContain(type)
  expect(described.stdout).not.toContain('owned')
  expect(described.stderr).toContain('note cannot read it')
  expect((await world.run('plugin doctor')).code).toBe(0)
  await world.run('plugin rm ocish-kind-note')
})

test('without --trust and without a person nothing is added', async () => {
  const refused = await world.run('plugin add ./hostile')
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('--trust')
})
