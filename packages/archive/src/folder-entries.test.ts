import type { Source, TreeEntry } from '@ocish/sdk'
import { expect, test } from 'vitest'
import { folderEntries, writeTar } from './index.ts'

type Files = Readonly<
  Record<string, string | { readonly target: string } | { readonly mode: number; readonly text: string }>
>

/** A folder in memory; folders are what the paths name. `reversed` lists them the other way round. */
function folder(files: Files, reversed = false): Source {
  const entries = new Map<string, TreeEntry>()
  const texts = new Map<string, string>()
  for (const [path, value] of Object.entries(files)) {
    const parts = path.split('/')
    for (let length = 1; length < parts.length; length += 1) {
      const parent = parts.slice(0, length).join('/')
      entries.set(parent, { path: parent, kind: 'folder', size: 0, mode: 0o700 })
    }
    const text = typeof value === 'string' ? value : 'text' in value ? value.text : ''
    texts.set(path, text)
    if (typeof value === 'object' && 'target' in value)
      entries.set(path, { path, kind: 'link', size: 0, target: value.target })
    else
      entries.set(path, {
        path,
        kind: 'file',
        size: text.length,
        mode: typeof value === 'string' ? 0o600 : value.mode,
      })
  }
  const all = [...entries.values()]
  if (reversed) all.reverse()
  return {
    type: 'folder',
    name: 'folder',
    async *list(dir) {
      for (const entry of all) {
        const parent = entry.path.includes('/') ? entry.path.slice(0, entry.path.lastIndexOf('/')) : ''
        if (parent === dir) yield entry
      }
    },
    stat: async (path) => entries.get(path) as TreeEntry,
    readlink: async (path) => entries.get(path)?.target ?? '',
    async *open(path) {
      yield Buffer.from(texts.get(path) ?? '')
    },
    xattrs: async () => new Map(),
  }
}

async function paths(source: Source, options = {}): Promise<string[]> {
  const found = []
  for await (const entry of folderEntries(source, options)) found.push(entry.path)
  return found
}

test('folders come before their content, names in byte order', async () => {
  const files = { 'b/z': '', 'b/a': '', a: '', B: '', 'b.txt': '', é: '' }
  const expected = ['B', 'a', 'b', 'b/a', 'b/z', 'b.txt', 'é']
  expect(await paths(folder(files))).toEqual(expected)
  expect(await paths(folder(files, true))).toEqual(expected)
})

test('the same tree gives the same bytes however it is listed and whatever its umask was', async () => {
  const bytes = async (source: Source): Promise<string> => {
    const chunks: Uint8Array[] = []
    for await (const chunk of writeTar(folderEntries(source))) chunks.push(chunk)
    return Buffer.concat(chunks).toString('base64')
  }
  const a = { x: { mode: 0o755, text: 'run' }, 'd/y': { mode: 0o600, text: 'read' } }
  const b = { x: { mode: 0o711, text: 'run' }, 'd/y': { mode: 0o664, text: 'read' } }
  expect(await bytes(folder(a))).toBe(await bytes(folder(b, true)))
})

test('.ocishignore leaves out what it names, and itself', async () => {
  const files = {
    '.ocishignore': 'node_modules/\n*.log\n!keep.log\n',
    'node_modules/x': '',
    'a.log': '',
    'keep.log': '',
    'src/b.log': '',
    'src/c': '',
  }
  expect(await paths(folder(files))).toEqual(['keep.log', 'src', 'src/c'])
  expect(await paths(folder({ a: '', b: '' }), { ignore: ['b'] })).toEqual(['a'])
})

test('links that stay are kept, links that leave are an error', async () => {
  expect(await paths(folder({ 'd/l': { target: '../x' }, x: '' }))).toEqual(['d', 'd/l', 'x'])
  for (const target of ['../x', '/etc/passwd', 'a/../../x', '']) {
    await expect(paths(folder({ l: { target } }))).toFailWith('ARCHIVE_UNSAFE')
  }
})

test('permissions are kept on request, without setuid', async () => {
  const source = folder({ x: { mode: 0o4640, text: '' } })
  for await (const entry of folderEntries(source, { preservePermissions: true }))
    expect(entry.mode).toBe(0o640)
  for await (const entry of folderEntries(source)) expect(entry.mode).toBe(0o644)
})
