import { type TarInput, writeTar } from '@ocish/archive'
import { digestOf, oci, type Part, type PackedManifest } from '@ocish/sdk'
import { artifactOf, kindContext, memoryTarget, opened, readAll } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import { image } from '../image.ts'
import { exportRoot, mergedRoot } from './merged-root.ts'

type Entry = string | ({ readonly path: string } & Partial<TarInput> & { readonly text?: string })

const { signal } = new AbortController()

function entryOf(given: Entry): TarInput {
  const entry = typeof given === 'string' ? { path: given } : given
  const { path, text = path, type = path.endsWith('/') ? 'folder' : 'file', ...rest } = entry
  const bytes = Buffer.from(text)
  const size = type === 'file' ? bytes.length : 0
  return { path, type, mode: 0o644, uid: 0, gid: 0, mtime: 0, ...rest, size, open: opened(bytes) }
}

function layer(entries: readonly Entry[]): Part {
  return { mediaType: oci.layer, open: () => writeTar(entries.map(entryOf)) }
}

function imageOf(...layers: readonly (readonly Entry[])[]): PackedManifest {
  const open = opened('{"os":"linux","architecture":"amd64"}')
  return { config: { mediaType: oci.config, open }, layers: layers.map(layer) }
}

async function merged(...layers: readonly (readonly Entry[])[]): Promise<readonly string[]> {
  const root = await mergedRoot(await artifactOf(imageOf(...layers)), signal)
  return root.paths.map(
    ({ path, inode }) => `${path}${inode === undefined || inode.entry.type === 'folder' ? '/' : ''}`,
  )
}

const link = (path: string, target: string): Entry => ({ path, target, type: 'link' })
const hardlink = (path: string, target: string): Entry => ({ path, target, type: 'hardlink' })

describe('layers are one root', () => {
  test('later entries replace earlier ones, folders are joined', async () => {
    expect(await merged(['a/', 'a/x', 'b'], ['a/', 'a/y', 'b/', 'b/z'])).toEqual([
      'a/',
      'a/x',
      'a/y',
      'b/',
      'b/z',
    ])
  })

  test('a whiteout hides what lower layers have, and only that', async () => {
    expect(await merged(['a/', 'a/x', 'a/y', 'b'], ['a/.wh.x', '.wh.b', 'b', '.wh.none'])).toEqual([
      'a/',
      'a/y',
      'b',
    ])
  })

  test('an opaque whiteout hides all of a folder below, wherever it stands in its layer', async () => {
    expect(await merged(['a/', 'a/x', 'a/y/', 'a/y/z'], ['a/', 'a/new', 'a/.wh..wh..opq'])).toEqual([
      'a/',
      'a/new',
    ])
  })

  test('marks of aufs are no files', async () => {
    expect(await merged(['.wh..wh.aufs', '.wh..wh.plnk/', 'a'])).toEqual(['a'])
  })

  test('a path through a link is inside the root, however the link is written', async () => {
    expect(
      await merged(['usr/', 'usr/lib/', link('lib', '/usr/lib'), link('up', '../../usr')], ['lib/x', 'up/y']),
    ).toEqual(['lib', 'up', 'usr/', 'usr/lib/', 'usr/lib/x', 'usr/y'])
  })

  test('T11 a circle of links ends in an error', async () => {
    await expect(merged([link('a', 'b'), link('b', 'a'), 'a/x'])).toFailWith('ARCHIVE_UNSAFE')
  })

  test('T1 a path that climbs is refused, a leading slash is the root', async () => {
    await expect(merged(['a/../../b'])).toFailWith('ARCHIVE_UNSAFE')
    await expect(merged([hardlink('a', '../b')])).toFailWith('ARCHIVE_UNSAFE')
    await expect(merged([hardlink('a', 'none')])).toFailWith('ARCHIVE_UNSAFE')
    expect(await merged(['/a', './b'])).toEqual(['a', 'b'])
  })
})

test('a hard link keeps the content it was made of when the first name is replaced', async () => {
  const artifact = await artifactOf(imageOf(['a', hardlink('b', 'a')], [{ path: 'a', text: 'new' }]))
  const contents: Record<string, string> = {}
  for await (const { path, open } of image.list?.(artifact, kindContext()) ?? [])
    contents[path] = open === undefined ? '' : new TextDecoder().decode(await readAll(open()))
  expect(contents).toEqual({ a: 'new', b: 'a' })
})

test('T9 links to absolute paths survive as data, devices are left out and said', async () => {
  const device: Entry = { path: 'dev/null', type: 'character', device: { major: 1, minor: 3 } }
  const artifact = await artifactOf(
    imageOf([
      'bin/',
      { path: 'bin/busybox', mode: 0o4755 },
      link('bin/sh', '/bin/busybox'),
      hardlink('bin/ls', 'bin/busybox'),
      device,
    ]),
  )
  const target = memoryTarget()
  const context = kindContext()
  await image.unpack?.(artifact, target, context)
  expect(target.entries.get('bin/sh')).toEqual({ kind: 'link', target: '/bin/busybox' })
  expect(target.entries.get('bin/busybox')).toMatchObject({ mode: 0o755 })
  expect(target.text('bin/ls')).toBe('bin/busybox')
  expect(context.warnings).toEqual(['left out: dev/null is a device or a pipe'])
})

test('the exported archive has everything once, with owners and modes, and is the same each time', async () => {
  const artifact = await artifactOf(
    imageOf(
      ['a/', { path: 'a/x', uid: 7, mode: 0o4711 }, 'gone'],
      [hardlink('y', 'a/x'), '.wh.gone', link('l', '/a')],
    ),
  )
  const [first, again] = [
    await readAll(exportRoot(artifact, signal)),
    await readAll(exportRoot(artifact, signal)),
  ]
  expect(digestOf(first)).toBe(digestOf(again))
  const back = await artifactOf({
    config: { mediaType: oci.config, open: opened('{}') },
    layers: [{ mediaType: oci.layer, open: opened(first) }],
  })
  const root = await mergedRoot(back, signal)
  expect(root.paths.map(({ path }) => path)).toEqual(['a', 'a/x', 'l', 'y'])
  expect(root.paths[1]?.inode?.entry).toMatchObject({ uid: 7, mode: 0o4711 })
  expect(root.paths[3]?.inode).toBe(root.paths[1]?.inode)
})
