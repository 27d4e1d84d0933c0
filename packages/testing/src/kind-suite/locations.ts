import { OcishError, type Kind } from '@ocish/sdk'
import { describe, expect, test } from 'vitest'
import { readAll } from '../content.ts'
import { kindContext } from '../kind-context.ts'
import type { LocationCase } from '../kind-suite.ts'

/** A kind lists what lies in its locations, and reads only folders that they name. */
export function locationCases(kind: Kind, cases: readonly LocationCase[]): void {
  test('lists the locations that it declares', () => {
    expect(kind.listLocation !== undefined).toBe((kind.locations ?? []).length > 0)
    if (kind.listLocation !== undefined) expect(cases).not.toEqual([])
    for (const { location } of cases) expect(kind.locations).toContain(location.name)
  })

  for (const given of cases)
    // oxlint-disable-next-line vitest/valid-title
    describe(given.name, () => {
      locationCase(kind, given)
    })
}

function locationCase(kind: Kind, { location, folders, files }: LocationCase): void {
  const asked: string[] = []
  const context = {
    ...kindContext(),
    folder: async (path: string) => {
      asked.push(path)
      const folder = Object.hasOwn(folders, path) ? folders[path] : undefined
      if (folder === undefined) throw new OcishError('FILE_NOT_FOUND', `no folder ${path}`)
      return folder()
    },
  }

  test('lists its files with their contents', async () => {
    const found: Record<string, string> = {}
    for await (const entry of kind.listLocation?.(location, context) ?? []) {
      if (entry.kind !== 'file') continue
      found[entry.path] = Buffer.from(await readAll(entry.open?.() ?? empty())).toString()
      expect(Buffer.byteLength(found[entry.path] ?? '')).toBe(entry.size)
    }
    expect(found).toEqual(files)
  })

  test('asks for folders that the location names', () => {
    expect(asked).not.toEqual([])
    for (const path of asked) expect(location.rest).toContain(path)
  })

  test('a location that names nothing is refused', async () => {
    const nothing = { ...location, rest: '', text: `${location.name}:` }
    await expect(Array.fromAsync(kind.listLocation?.(nothing, context) ?? [])).toFailWith('LOCATION_INVALID')
  })

  test('an abort ends it', async () => {
    const signal = AbortSignal.abort()
    await expect(
      Array.fromAsync(kind.listLocation?.(location, { ...context, signal }) ?? []),
    ).rejects.toThrow(signal.reason as Error)
  })
}

async function* empty(): AsyncGenerator<Uint8Array, void> {}
