import { once } from 'node:events'
import { content, noise } from '@ocish/testing'
import { expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

const image = content({
  blobs: { big: noise(3 * 1024 * 1024), small: 'small' },
  manifests: { app: { layers: ['big', 'small'] } },
  tags: { '1': 'app' },
})

interface Neighbour extends AsyncDisposable {
  readonly address: string
}

async function serveUpstream(world: World): Promise<Neighbour> {
  const { child, done } = world.start('serve --upstream HOST/team --addr 127.0.0.1:0 -o ndjson')
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { address } = JSON.parse(line.toString()) as { readonly address: string }
  return {
    address,
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT')
      await done
    },
  }
}

/** What a client of a fleet does: the manifest, then its blobs. */
async function pull(address: string): Promise<readonly number[]> {
  const manifest = await fetch(`http://${address}/v2/app/manifests/1`)
  const { layers } = (await manifest.json()) as { readonly layers: readonly { readonly digest: string }[] }
  const sizes = layers.map(async ({ digest }) => {
    const blob = await fetch(`http://${address}/v2/app/blobs/${digest}`)
    return (await blob.arrayBuffer()).byteLength
  })
  return Promise.all(sizes)
}

function blobGets(asked: readonly string[]): readonly string[] {
  return asked.filter((request) => request.startsWith('GET') && request.endsWith(' blob'))
}

test('a fleet costs the upstream each blob once, and is served while it is away', async () => {
  await using world = await createWorld()
  await image.push(world.registry.registry, 'team/app')
  await using neighbour = await serveUpstream(world)
  const asked = await world.registry.asked(async () => {
    const fleet = Array.from({ length: 30 }, () => pull(neighbour.address))
    for (const sizes of await Promise.all(fleet)) expect(sizes).toEqual([3 * 1024 * 1024, 5])
  })
  expect(blobGets(asked)).toHaveLength(2)
  await world.registry[Symbol.asyncDispose]()
  expect(await pull(neighbour.address)).toEqual([3 * 1024 * 1024, 5])
}, 60_000)
