import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSource } from './source.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let root: string

beforeEach(async () => {
  folder = await temporaryFolder()
  root = join(folder.path, 'root')
  await mkdir(join(root, 'sub'), { recursive: true })
  await writeFile(join(root, 'b.txt'), 'bee')
  await writeFile(join(root, 'a.txt'), 'hello')
  await writeFile(join(root, 'sub/c.txt'), 'deep')
  await writeFile(join(folder.path, 'secret'), 'secret')
})

afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

async function text(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('a folder', () => {
  it('lists one level, sorted by bytes, and reads whole files and ranges', async () => {
    const source = await openSource(root)
    const entries = await Array.fromAsync(source.list(''))
    expect(entries.map((entry) => [entry.path, entry.kind, entry.size])).toEqual([
      ['a.txt', 'file', 5],
      ['b.txt', 'file', 3],
      ['sub', 'folder', 0],
    ])
    expect((await Array.fromAsync(source.list('sub'))).map((entry) => entry.path)).toEqual(['sub/c.txt'])
    expect(await text(source.open('sub/c.txt'))).toBe('deep')
    expect(await text(source.open('a.txt', { start: 1, end: 3 }))).toBe('el')
    expect(await text(source.open('a.txt', { start: 3 }))).toBe('lo')
  })

  it('says which file is missing', async () => {
    const source = await openSource(root)
    await expect(source.stat('nothing')).toFailWith('FILE_NOT_FOUND')
    await expect(text(source.open('a.txt/x'))).toFailWith('FILE_NOT_FOUND')
    await expect(openSource(join(root, 'nothing'))).toFailWith('FILE_NOT_FOUND')
  })

  it.each(['..', '../secret', '/etc/passwd', 'sub/../../secret', './a.txt', 'a\0b'])(
    'T1 a path that leaves the folder is not read: %j',
    async (path) => {
      const source = await openSource(root)
      await expect(text(source.open(path))).toFailWith('FILE_NOT_FOUND')
    },
  )

  it('T7 a link is shown as a link and never leads out, in the last or any other place', async () => {
    await symlink('../secret', join(root, 'out'))
    await symlink('..', join(root, 'up'))
    await symlink('a.txt', join(root, 'in'))
    const source = await openSource(root)
    expect(await source.stat('out')).toMatchObject({ kind: 'link', target: '../secret' })
    await expect(text(source.open('out'))).toFailWith('FILE_NOT_FOUND')
    await expect(text(source.open('up/secret'))).toFailWith('FILE_NOT_FOUND')
    await expect(source.stat('up/secret')).toFailWith('FILE_NOT_FOUND')
    expect(await text(source.open('in'))).toBe('hello')
  })
})

describe('a file', () => {
  it('is read by the empty path, and nothing is below it', async () => {
    const source = await openSource(join(root, 'a.txt'))
    expect([source.type, source.name]).toEqual(['file', 'a.txt'])
    expect(await text(source.open(''))).toBe('hello')
    await expect(text(source.open('x'))).toFailWith('FILE_NOT_FOUND')
  })

  it('may have another one beside it: by a suffix, never through a link', async () => {
    const source = await openSource(join(root, 'a.txt'))
    expect(await source.beside?.('.prov')).toBeUndefined()
    await writeFile(join(root, 'a.txt.prov'), 'signed')
    const beside = await source.beside?.('.prov')
    expect(beside?.name).toBe('a.txt.prov')
    expect(await text(beside!.open(''))).toBe('signed')
    await symlink(join(folder.path, 'secret'), join(root, 'a.txt.asc'))
    for (const suffix of ['.asc', '', '/../b.txt', '.prov/..', '*'])
      expect(await source.beside?.(suffix)).toBeUndefined()
  })
})
