import { createInterface } from 'node:readline'
import { digestOf } from '@ocish/sdk'
import { content, noise, serveFaults } from '@ocish/testing'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createWorld } from './world.test-kit.ts'

const MiB = 2 ** 20
const large = noise(24 * MiB)
const title = { 'org.opencontainers.image.title': 'large.bin' }
const sample = content({
  blobs: { large, small: 'small' },
  manifests: {
    app: {
      artifactType: 'application/vnd.example',
      layers: [
        { blob: 'large', annotations: title },
        { blob: 'small', annotations: { 'org.opencontainers.image.title': 'small.txt' } },
      ],
    },
  },
  tags: { v1: 'app' },
})
const { digest } = sample.blobs.large.descriptor

test('a pull of files that is killed goes on where it was: the bytes before are not asked for again', async () => {
  await using world = await createWorld()
  await sample.push(world.registry.registry, 'app')
  await using server = await serveFaults(world.registry.registry)
  const line = `pull ${server.host}/app:v1 out --plain-http`
  const { child, done } = world.start(`${line} --limit-rate 16MiB --progress json`)
  for await (const told of createInterface({ input: child.stderr })) {
    const { done: moved = 0 } = JSON.parse(told) as { readonly done?: number }
    if (moved > 12 * MiB) child.kill('SIGKILL')
  }
  await done
  expect(await world.names()).not.toContain('out')
  server.forget()
  const again = await world.run(line)
  expect(again.code).toBe(0)
  expect(digestOf(await readFile(world.home.join('out/large.bin')))).toBe(digest)
  const range = server.requests.find(({ target }) => target.endsWith(digest))?.headers['range']
  const start = Number(/^bytes=(\d+)-$/.exec(String(range))?.[1])
  expect(start).toBeGreaterThan(8 * MiB)
})
