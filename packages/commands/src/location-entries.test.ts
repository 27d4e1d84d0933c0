import { defineKind, type KindLocation } from '@ocish/sdk'
import { kindContext, memorySource } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { locationEntries } from './location-entries.ts'
import type { Services } from './services.ts'

/** What a kind that asks for the folder `asked` gets of a location, and which folders were opened for it. */
async function listed(
  rest: string,
  asked: string,
): Promise<{ readonly paths: readonly string[]; readonly opened: readonly string[] }> {
  const kind = defineKind<unknown>({
    name: 'tree',
    match: [],
    locations: ['tree'],
    read: async () => ({}),
    describe: () => ({ title: '', fields: [] }),
    async *listLocation(_location, context) {
      const source = await context.folder(asked)
      yield* source.list('')
    },
  })
  const opened: string[] = []
  const services: Pick<Services, 'source'> & { readonly kinds: Partial<Services['kinds']> } = {
    kinds: {
      list: () => [{ name: kind.name, locations: ['tree'] } as never],
      load: async () => kind,
      context: () => kindContext(),
    },
    source: async (path) => {
      opened.push(path)
      return memorySource({ file: 'x' })
    },
  }
  const location: KindLocation = { scheme: 'kind', name: 'tree', rest, text: `tree:${rest}` }
  const call = { args: {}, flags: {}, options: {}, signal: new AbortController().signal }
  const entries = await Array.fromAsync(locationEntries(location, call, services as Services))
  return { paths: entries.map(({ path }) => path), opened }
}

describe('the folders that a kind may open for a location', () => {
  it.each([
    ['./repo:ref', './repo'],
    ['./repo', './repo'],
    ['/a/b:remote:ref', '/a/b'],
    ['/a/b:remote:ref', '/a/b:remote'],
    ['repo@ref', 'repo'],
    ['repo#ref', 'repo'],
  ])('%s names %s', async (rest, asked) => {
    expect(await listed(rest, asked)).toEqual({ paths: ['file'], opened: [asked] })
  })

  it.each([
    ['./repo:ref', './other'],
    ['./repo:ref', '.'],
    ['./repo:ref', './rep'],
    ['./repo:ref', './repo/..'],
    ['./repo:ref', './repo/objects'],
    ['./repo:ref', 'repo'],
    ['./repo:ref', 'ref'],
    ['./repo:ref', '/etc'],
    ['/a/b:ref', '/'],
    ['/a/b:ref', '/a'],
    ['/a/b:ref', ''],
    ['', ''],
  ])('%s does not name %j: nothing is opened', async (rest, asked) => {
    await expect(listed(rest, asked)).rejects.toMatchObject({
      code: 'KIND_FAILED',
      message: expect.stringContaining(`tree:${rest}`),
    })
  })

  it('a scheme that no kind has', async () => {
    const services = { kinds: { list: () => [] } } as unknown as Services
    const location: KindLocation = { scheme: 'kind', name: 'tree', rest: 'a', text: 'tree:a' }
    const call = { args: {}, flags: {}, options: {}, signal: new AbortController().signal }
    await expect(Array.fromAsync(locationEntries(location, call, services))).toFailWith(
      'LOCATION_UNSUPPORTED',
    )
  })
})
