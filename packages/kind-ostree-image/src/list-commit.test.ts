import type { KindLocation } from '@ocish/sdk'
import { kindContext, readAll } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { listCommit } from './list-commit.ts'
import { smallRef, smallSource } from './small-repo.test-kit.ts'

type Entry = ReturnType<typeof listCommit> extends AsyncGenerator<infer E> ? E : never

const source = await smallSource()

function at(rest: string, inner?: string): KindLocation {
  const text = `ostree:${rest}${inner === undefined ? '' : `//${inner}`}`
  return { scheme: 'kind', name: 'ostree', rest, text, ...(inner !== undefined && { inner }) }
}

async function listed(location: KindLocation): Promise<readonly Entry[]> {
  const folder = async (path: string): Promise<typeof source> => {
    expect(path).toBe('./repo')
    return source
  }
  return Array.fromAsync(listCommit(location, { ...kindContext(), folder }))
}

describe('ostree:REPO:REVISION//path', () => {
  it('lists the path and what is below, with content', async () => {
    const entries = await listed(at(`./repo:${smallRef}`, 'usr/bin'))
    expect(entries.map(({ path, kind, mode }) => [path, kind, mode?.toString(8)])).toEqual([
      ['usr/bin', 'folder', '755'],
      ['usr/bin/again', 'file', '4755'],
      ['usr/bin/hello', 'file', '4755'],
    ])
    const open = entries[1]?.open
    if (open === undefined) throw new TypeError('a file without content')
    expect(Buffer.from(await readAll(open())).toString()).toBe('hello\n')
    expect(await listed(at(`./repo:${smallRef}`, 'bin'))).toMatchObject([{ kind: 'link', target: 'usr/bin' }])
  })

  it('a commit without its name, a ref that is not there, a path that is not there', async () => {
    await expect(listed(at('./repo'))).toFailWith('LOCATION_INVALID')
    await expect(listed(at('./repo:'))).toFailWith('LOCATION_INVALID')
    await expect(listed(at('./repo:other'))).toFailWith('OSTREE_REF_NOT_FOUND')
    await expect(listed(at(`./repo:${smallRef}`, 'no'))).toFailWith('PATH_NOT_FOUND')
  })
})
