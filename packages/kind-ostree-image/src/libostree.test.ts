import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createRepo, localFiles, openRepo } from '@ocish/ostree-repo'
import type { Artifact } from '@ocish/sdk'
import {
  artifactOf,
  has,
  kindContext,
  memoryTarget,
  readAll,
  temporaryFolder,
  type MemoryTarget,
  type TemporaryFolder,
} from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imageOptions } from './image-options.ts'
import { importEncapsulated } from './import-encapsulated.ts'
import { importPlain } from './import-plain.ts'
import { readImage } from './model.ts'
import { openCommit } from './open-commit.ts'
import { packEncapsulated } from './pack-encapsulated.ts'
import { packPlain } from './pack-plain.ts'
import { smallTree, writeSmallRepo } from './small-repo.test-kit.ts'

const context = kindContext()
const ref = 'test/x86_64/base'

describe.skipIf(!has('ostree'))('libostree agrees (ostree.md §19)', () => {
  let folder: TemporaryFolder
  const ostree = (repo: string, ...args: readonly string[]): string =>
    execFileSync('ostree', [`--repo=${folder.join(repo)}`, ...args], { encoding: 'utf8' })

  beforeAll(async () => {
    folder = await temporaryFolder()
    const target = memoryTarget()
    await writeSmallRepo(target, smallTree, ref)
    await onDisk(target, 'archive')
    ostree('bare-user', 'init', '--mode=bare-user')
    ostree('bare-user', 'pull-local', folder.join('archive'), ref)
  })
  afterAll(async () => {
    await folder.remove()
  })

  async function onDisk(target: MemoryTarget, repo: string): Promise<void> {
    for (const [path, entry] of target.entries) {
      const place = folder.join(`${repo}/${path}`)
      await mkdir(entry.kind === 'folder' ? place : dirname(place), { recursive: true })
      if (entry.kind === 'file') await writeFile(place, entry.bytes)
    }
  }

  async function imageFrom(
    mode: string,
    form: 'plain' | 'encapsulated',
    flags: object = {},
  ): Promise<Artifact> {
    using files = localFiles(folder.join(mode))
    const commit = await openCommit(await openRepo(files), ref, false)
    const options = imageOptions(flags as Readonly<Record<string, unknown>>)
    const packed =
      form === 'plain'
        ? await packPlain(commit, options, context)
        : await packEncapsulated(commit, { ...options, formatVersion: 1, copyMeta: [] }, context)
    return artifactOf(packed)
  }

  async function importedTo(repo: string, artifact: Artifact): Promise<void> {
    const target = memoryTarget()
    const writer = await createRepo(target)
    const image = await readImage(artifact)
    const form = image.form === 'plain' ? importPlain : importEncapsulated
    await writer.ref(ref, await form(artifact, image, writer, context))
    await onDisk(target, repo)
  }

  const contentChecksum = (repo: string): string =>
    /ContentChecksum: +(\w+)/.exec(ostree(repo, 'show', ref))?.[1] ?? ''

  it('that a written repository is whole', () => {
    expect(ostree('archive', 'fsck', '--all')).toContain('no errors found')
    expect(ostree('bare-user', 'fsck', '--all')).toContain('no errors found')
  })

  it('the mode of the repository does not change an image', async () => {
    for (const form of ['plain', 'encapsulated'] as const) {
      const { descriptor } = await imageFrom('archive', form)
      expect((await imageFrom('bare-user', form)).descriptor).toEqual(descriptor)
    }
  })

  it('that a plain layer is the tree', async () => {
    const artifact = await imageFrom('archive', 'plain', { compression: 'none' })
    const [layer] = artifact.layers
    if (layer === undefined) throw new TypeError('no layer')
    await writeFile(folder.join('layer.tar'), await readAll(artifact.open(layer)))
    ostree('from-tar', 'init', '--mode=archive')
    ostree(
      'from-tar',
      'commit',
      '-b',
      ref,
      `--tree=tar=${folder.join('layer.tar')}`,
      '--tar-autocreate-parents',
    )
    expect(contentChecksum('from-tar')).toBe(contentChecksum('archive'))
  })

  it('that what came back is the same tree, and whole', async () => {
    await importedTo('back-plain', await imageFrom('archive', 'plain'))
    expect(ostree('back-plain', 'fsck', '--all')).toContain('no errors found')
    expect(contentChecksum('back-plain')).toBe(contentChecksum('archive'))
    await importedTo('back-encapsulated', await imageFrom('archive', 'encapsulated'))
    expect(ostree('back-encapsulated', 'fsck', '--all')).toContain('no errors found')
    expect(ostree('back-encapsulated', 'rev-parse', ref)).toBe(ostree('archive', 'rev-parse', ref))
  })
})
