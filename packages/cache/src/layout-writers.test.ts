import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { content, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { createEntry, type LayoutIndex } from './index-json.ts'
import { openLayout } from './layout.ts'
import { LayoutIndexFile } from './layout-index-file.ts'
import { openStore } from './store.ts'

const image = content({
  blobs: { config: { architecture: 'amd64', os: 'linux' }, layer: 'a layer' },
  manifests: {
    one: { config: 'config', layers: ['layer'] },
    two: { config: 'config', layers: ['layer'], annotations: { number: 'two' } },
  },
})
const { one, two } = image.manifests

describe('writers at once', () => {
  it('12 processes that write 12 tags leave 12 tags', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('shared')
    const program = join(import.meta.dirname, 'fixtures/tag-one.ts')
    const tags = Array.from({ length: 12 }, (_, number) => `tag-${String(number).padStart(2, '0')}`)
    const outcomes = await Promise.all(
      tags.map(async (tag) => {
        const args = ['-C', 'ocish-source', program, 'layout', path, 'shared', tag]
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
        const [errors, [status]] = await Promise.all([text(child.stderr), once(child, 'close')])
        return { errors, status: status as number }
      }),
    )
    expect(outcomes).toStrictEqual(tags.map(() => ({ errors: '', status: 0 })))
    await using layout = await openLayout(path, { access: 'read' })
    expect(await Array.fromAsync(layout.tags('shared'))).toStrictEqual(tags)
    expect((await readdir(path)).toSorted()).toStrictEqual(['blobs', 'index.json', 'oci-layout'])
  })

  it.each(['layout', 'store'])('T35 leave a whole %s when they are killed', async (shape) => {
    await using folder = await temporaryFolder()
    const path = folder.join('shared')
    const args = [
      '-C',
      'ocish-source',
      join(import.meta.dirname, 'fixtures/tag-many.ts'),
      shape,
      path,
      'shared',
    ]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    for await (const chunk of child.stdout) {
      said += String(chunk)
      if (said.split('\n').length > 20) break
    }
    child.kill('SIGKILL')
    const told = said
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' '))
    await using registry = shape === 'store' ? openStore(path) : await openLayout(path, { access: 'write' })
    for (const [tag = '', digest] of told) {
      expect((await registry.openManifest('shared', tag)).descriptor.digest).toBe(digest)
    }
    await image.push(registry, 'shared')
    expect((await Array.fromAsync(registry.tags('shared'))).length).toBeGreaterThanOrEqual(told.length)
  })

  it('of one process leave all tags, in fewer turns of the lock', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.path, { access: 'write' })
    const { repository } = layout
    await image.push(layout, repository)
    const tags = Array.from({ length: 50 }, (_, number) => `t${number}`)
    await Promise.all(
      tags.map((tag) => layout.pushManifest(repository, one.bytes, { ...one.descriptor, tags: [tag] })),
    )
    expect(await Array.fromAsync(layout.tags(repository))).toStrictEqual(tags.toSorted())
  })

  it('that lose their lock on the way begin again', async () => {
    await using folder = await temporaryFolder()
    const file = new LayoutIndexFile(folder.path, 0o644)
    let runs = 0
    const entry = createEntry({ ...one.descriptor, repository: '', tag: 'mine' })
    await file.update(async (before: LayoutIndex) => {
      runs += 1
      // Another machine takes the lock for abandoned, writes and lets go.
      if (runs === 1) {
        await rm(folder.join('index.json.lock'))
        const other = createEntry({ ...two.descriptor, repository: '', tag: 'theirs' })
        await new LayoutIndexFile(folder.path, 0o644).update((theirs) =>
          theirs.with([...theirs.entries, other]),
        )
      }
      return before.with([...before.entries, entry])
    })
    expect(runs).toBe(2)
    expect((await file.read())?.entries.map((each) => each.tag)).toStrictEqual(['theirs', 'mine'])
  })

  it('write a tag only when it is what they think', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.path, { access: 'write' })
    const { repository } = layout
    await image.push(layout, repository)
    const options = { ...one.descriptor, tags: ['v1'] }
    const attempts = await Promise.allSettled(
      [1, 2, 3].map(() => layout.pushManifest(repository, one.bytes, { ...options, ifNoneMatch: '*' })),
    )
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1)
    const { etag = '' } = await layout.statManifest(repository, 'v1')
    await layout.pushManifest(repository, two.bytes, { ...two.descriptor, tags: ['v1'], ifMatch: etag })
    const late = layout.pushManifest(repository, one.bytes, { ...options, ifMatch: etag })
    await expect(late).toFailWith('PRECONDITION_FAILED')
  })
})
