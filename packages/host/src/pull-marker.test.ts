import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { createMemoryRegistry } from '@ocish/core'
import { counted, type CountedRegistry, temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHost, type Host } from './host.ts'
import { openSource } from './source.ts'

let folder: TemporaryFolder
let host: Host
let remote: CountedRegistry

beforeEach(async () => {
  folder = await temporaryFolder()
  remote = counted(createMemoryRegistry())
  host = await createHost({ cwd: folder.path, home: folder.path, connect: async () => remote.registry })
  await mkdir(folder.join('plugin/.claude-plugin'), { recursive: true })
  await publish('1.0.0', 'first')
})

afterEach(async () => {
  await host[Symbol.asyncDispose]()
  await folder.remove()
})

async function publish(tag: string, text: string): Promise<void> {
  await writeFile(folder.join('plugin/.claude-plugin/plugin.json'), '{"name":"base","description":"d"}')
  await writeFile(folder.join('plugin/README.md'), text)
  await host.push('plugin', `example.com/plugins/base:${tag}`)
}

async function pull(tag: string, flags: Readonly<Record<string, unknown>> = {}): Promise<readonly unknown[]> {
  const args = { ref: `example.com/plugins/base:${tag}`, folder: 'out' }
  return Array.fromAsync(host.run('pull', { args, flags: { unpack: true, ...flags } }))
}

describe('a folder that a kind unpacked', () => {
  it('is left as it is when it has what is asked for, and no blob is read', async () => {
    await pull('1.0.0')
    remote.reset()
    expect(await pull('1.0.0')).toMatchObject([{ path: 'out', status: 'up to date', bytes: 0 }])
    expect(Object.keys(remote.counts).filter((name) => name.toLowerCase().includes('blob'))).toEqual([])
    await pull('1.0.0', { force: true })
    expect(remote.counts['openBlob']).toBeGreaterThan(0)
  })

  it('is replaced by another version without being asked', async () => {
    await pull('1.0.0')
    await writeFile(folder.join('out/own.txt'), 'gone')
    await publish('1.1.0', 'second')
    await pull('1.1.0')
    expect(await readFile(folder.join('out/README.md'), 'utf8')).toBe('second')
    await expect(readFile(folder.join('out/own.txt'))).rejects.toThrow('ENOENT')
  })

  it('says in its marker where it came from', async () => {
    await pull('1.0.0')
    expect(JSON.parse(await readFile(folder.join('out/.oci-cache.json'), 'utf8'))).toMatchObject({
      ref: 'example.com/plugins/base:1.0.0',
    })
  })
})

it.each(['', '{}', '{"digest":7}', '{"digest":"sha256:x"}', '[', '{"digest":"../../etc"}'])(
  'a folder whose marker says %j is somebody’s own and stays',
  async (text) => {
    await mkdir(folder.join('out'))
    await writeFile(folder.join('out/.oci-cache.json'), text)
    await expect(pull('1.0.0')).toFailWith('TARGET_NOT_EMPTY')
    expect(await readFile(folder.join('out/.oci-cache.json'), 'utf8')).toBe(text)
  },
)

it('a source says who owns its entries', async () => {
  const { uid, username, gid } = userInfo()
  const source = await openSource(folder.path)
  const [entry] = await Array.fromAsync(source.list(''))
  expect(entry?.owner).toMatchObject({ uid, gid, user: username })
  expect(entry?.mtime).toBeGreaterThan(0)
})
