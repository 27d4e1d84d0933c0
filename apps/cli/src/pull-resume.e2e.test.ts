import { createInterface } from 'node:readline'
import { digestOf } from '@ocish/sdk'
import { content, faults, type FaultServer, noise, serveFaults } from '@ocish/testing'
import { readdir, readFile, stat } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

const MiB = 2 ** 20
const large = noise(24 * MiB)
const other = noise(12 * MiB)
const titled = <B extends string>(
  blob: B,
  title: string,
): { readonly blob: B; readonly annotations: Readonly<Record<string, string>> } => ({
  blob,
  annotations: { 'org.opencontainers.image.title': title },
})
const sample = content({
  blobs: { large, other, small: 'small' },
  manifests: {
    app: {
      artifactType: 'application/vnd.example',
      layers: [
        titled('large', 'large.bin'),
        titled('small', 'small.txt'),
        titled('other', 'other.bin'),
        titled('large', 'again/large.bin'),
      ],
    },
  },
  tags: { v1: 'app' },
})
const { digest } = sample.blobs.large.descriptor

interface Scene extends AsyncDisposable {
  readonly world: World
  readonly server: FaultServer
  readonly line: string
}

async function scene(): Promise<Scene> {
  const stack = new AsyncDisposableStack()
  const world = stack.use(await createWorld())
  await sample.push(world.registry.registry, 'app')
  const server = stack.use(await serveFaults(world.registry.registry))
  return {
    world,
    server,
    line: `pull ${server.host}/app:v1 out --plain-http`,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/**
 * Runs until so many bytes of the large files have arrived, and kills it there; how many it had told. The small file
 * never comes, so that it cannot be too late.
 */
async function killedAt({ world, server, line }: Scene, rate: string, bytes: number): Promise<number> {
  const { digest: small } = sample.blobs.small.descriptor
  server.setRules([{ target: new RegExp(small), action: faults.stallAfter(1) }])
  const { child, done } = world.start(`${line} --limit-rate ${rate} --progress json`)
  const moved = new Map<string, number>()
  const sum = (): number => [...moved.values()].reduce((one, two) => one + two, 0)
  for await (const told of createInterface({ input: child.stderr })) {
    const { done: here = 0, digest: of = '' } = JSON.parse(told) as {
      readonly done?: number
      readonly digest?: string
    }
    moved.set(of, Math.max(moved.get(of) ?? 0, here))
    if (sum() >= bytes) child.kill('SIGKILL')
  }
  await done
  server.setRules([])
  server.forget()
  return sum()
}

/** Bytes of large files that requests asked for. */
function asked({ server }: Scene): number {
  const sizes = new Map(
    [sample.blobs.large.descriptor, sample.blobs.other.descriptor].map(({ digest: of, size }) => [of, size]),
  )
  return server.requests
    .filter(({ method }) => method === 'GET')
    .map(({ target, headers }) => {
      const size = sizes.get(target.slice(target.lastIndexOf('/') + 1)) ?? 0
      return size - Number(/^bytes=(\d+)-$/.exec(String(headers['range']))?.[1] ?? 0)
    })
    .reduce((one, two) => one + two, 0)
}

async function expectWhole({ world }: Scene): Promise<void> {
  const read = async (name: string): Promise<string> =>
    digestOf(await readFile(world.home.join(`out/${name}`)))
  expect(await read('large.bin')).toBe(digest)
  expect(await read('again/large.bin')).toBe(digest)
  expect(await read('other.bin')).toBe(sample.blobs.other.descriptor.digest)
  expect(await world.names('.cache/ocish/ingest')).toStrictEqual([])
  expect((await world.names()).filter((name) => name.startsWith('.ocish-'))).toStrictEqual([])
}

describe('a pull of files that is killed', () => {
  test('goes on where it was: the bytes before are not asked for again', async () => {
    await using running = await scene()
    const { world, line } = running
    await killedAt(running, '16MiB', 20 * MiB)
    expect(await world.names()).not.toContain('out')
    expect((await world.run(line)).code).toBe(0)
    expect(asked(running)).toBeLessThan(20 * MiB)
    await expectWhole(running)
  })

  const points = Array.from({ length: 20 }, () => Math.floor(Math.random() * 32 * MiB))
  test.each(points)('after %i bytes is whole in the next run, below 1.2 times the bytes', async (point) => {
    await using running = await scene()
    const { world, line } = running
    const moved = await killedAt(running, '100MiB', point)
    expect((await readdir(world.home.path)).filter((name) => name === 'out')).toStrictEqual([])
    expect((await world.run(line)).code).toBe(0)
    expect(moved + asked(running)).toBeLessThan(1.2 * 36 * MiB)
    await expectWhole(running)
  })
})

test('a large file is written once: what is pulled is the very file that the download filled', async () => {
  await using running = await scene()
  const { world, line } = running
  const { child, done } = world.start(`${line} --limit-rate 32MiB --progress json`)
  const partial = world.home.join(`.cache/ocish/ingest/${digest.replace(':', '-')}`)
  let inode: number | undefined
  for await (const _ of createInterface({ input: child.stderr }))
    inode ??= (await stat(partial).catch(() => undefined))?.ino
  expect((await done).code).toBe(0)
  const files = ['out/large.bin', 'out/again/large.bin'].map((name) => world.home.join(name))
  const found = await Promise.all(files.map(async (file) => stat(file)))
  expect(inode).toBeGreaterThan(0)
  expect(found.filter(({ ino }) => ino === inode)).toHaveLength(1)
  expect(found.map(({ nlink }) => nlink)).toStrictEqual([1, 1])
  const modes = await Promise.all(
    ['large.bin', 'small.txt'].map(async (name) => (await stat(world.home.join(`out/${name}`))).mode),
  )
  expect(new Set(modes).size).toBe(1)
})
