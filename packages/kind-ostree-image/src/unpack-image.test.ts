import { openRepo } from '@ocish/ostree-repo'
import { OcishError, type Artifact, type Target } from '@ocish/sdk'
import { artifactOf, kindContext, memoryTarget } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { imageOptions } from './image-options.ts'
import { openCommit } from './open-commit.ts'
import { packEncapsulated } from './pack-encapsulated.ts'
import { packPlain } from './pack-plain.ts'
import { smallRef, smallSource } from './small-repo.test-kit.ts'
import { unpackImage } from './unpack-image.ts'

const source = await openCommit(await openRepo(await smallSource()), smallRef, false)
const maker = kindContext()

async function plain(flags: Readonly<Record<string, unknown>> = {}): Promise<Artifact> {
  return artifactOf(await packPlain(source, imageOptions(flags), maker))
}

async function encapsulated(): Promise<Artifact> {
  const options = { ...imageOptions({}), formatVersion: 1, copyMeta: [] } as const
  return artifactOf(await packEncapsulated(source, options, maker))
}

async function unpacked(
  artifact: Artifact,
): Promise<{ readonly target: ReturnType<typeof memoryTarget>; readonly warnings: readonly string[] }> {
  const target = memoryTarget()
  const context = kindContext()
  await unpackImage(artifact, target, context)
  return { target, warnings: context.warnings }
}

const lost = / entries have an owner, special bits or attributes .* ostree import keeps them$/

describe('the tree of an image in a folder', () => {
  it.each([{}, { 'max-layers': 4 }, { 'no-hardlinks': true }, { compression: 'none', format: 'docker' }])(
    'of a plain one with %o: files, modes, links, empty folders',
    async (flags) => {
      const { target, warnings } = await unpacked(await plain(flags))
      expect(target.text('usr/bin/hello')).toBe('hello\n')
      expect(target.text('usr/bin/again')).toBe('hello\n')
      expect(target.entries.get('usr/bin/hello')).toMatchObject({ mode: 0o755 })
      expect(target.entries.get('bin')).toEqual({ kind: 'link', target: 'usr/bin' })
      expect(target.entries.get('usr/share/empty')).toMatchObject({ kind: 'folder' })
      expect(target.text('usr/share/new\nline ü')).toBe('text')
      expect(target.text('usr/lib/none')).toBe('')
      expect(warnings).toEqual([expect.stringMatching(lost)])
    },
  )

  it('of an encapsulated one too, as the container would have it', async () => {
    const { target } = await unpacked(await encapsulated())
    expect(target.text('usr/bin/again')).toBe('hello\n')
    expect(target.text('etc/conf')).toBe('conf\n')
    expect(target.entries.get('bin')).toEqual({ kind: 'link', target: 'usr/bin' })
    expect(target.text('sysroot/ostree/repo/config')).toContain('bare-split-xattrs')
  })

  it('a target without hard links gets the content under each name', async () => {
    const inner = memoryTarget()
    const few: Target = {
      write: async (...given) => inner.write(...given),
      folder: async (...given) => inner.folder(...given),
      link: async (...given) => inner.link(...given),
    }
    await unpackImage(await plain(), few, kindContext())
    expect(inner.text('usr/bin/hello')).toBe('hello\n')
    expect(inner.text('usr/bin/again')).toBe('hello\n')
  })

  it('attributes of users go where the target takes them, others are told', async () => {
    const given: (readonly [string, ReadonlyMap<string, Uint8Array> | undefined])[] = []
    const inner = memoryTarget()
    const write: Target['write'] = async (path, content, options) => {
      given.push([path, options?.xattrs])
      return inner.write(path, content, options)
    }
    await unpackImage(await plain(), { ...inner, write, takesXattrs: true }, kindContext())
    expect(given.filter(([, xattrs]) => xattrs !== undefined)).toEqual([
      ['usr/share/secret', new Map([['user.alpha', Buffer.from('first')]])],
    ])
  })

  it('a file system that takes none gets the files all the same', async () => {
    const inner = memoryTarget()
    const write: Target['write'] = async (path, content, options) => {
      if (options?.xattrs === undefined) return inner.write(path, content, options)
      throw new OcishError('FILE_FAILED', 'no attributes here')
    }
    await unpackImage(await plain(), { ...inner, write, takesXattrs: true }, kindContext())
    expect(inner.text('usr/share/secret')).toBe('secret')
  })

  it('T2 a name that no folder can hold is left out and told, the rest is there', async () => {
    const inner = memoryTarget()
    const write: Target['write'] = async (path, content, options) => {
      if (path.includes('\n')) throw new OcishError('TARGET_UNSAFE', 'no such name')
      return inner.write(path, content, options)
    }
    const context = kindContext()
    await unpackImage(await plain(), { ...inner, write }, context)
    expect(context.warnings).toContain('left out: no such name')
    expect(inner.text('usr/bin/hello')).toBe('hello\n')
  })
})
