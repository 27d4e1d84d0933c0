import { compressed, writeTar, type TarInput } from '@ocish/archive'
import { memoryFile, memorySource, opened, readAll } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import { sourceHolds } from './source-match.ts'

const noKeys = async (): Promise<ReadonlySet<string>> => new Set()

function file(path: string): TarInput {
  return { path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 1, open: opened('x') }
}

async function tgz(...paths: readonly string[]): Promise<Uint8Array> {
  return readAll(compressed(writeTar(paths.map(file)), 'gzip'))
}

describe('archiveWith', () => {
  const match = { fileName: '*.tgz', archiveWith: '*/Chart.yaml' }
  const holds = async (bytes: Uint8Array | string, name = 'a.tgz'): Promise<boolean> =>
    sourceHolds(match, memoryFile(name, bytes), noKeys)

  test('an archive is told by a file in it, wherever it stands', async () => {
    expect(await holds(await tgz('web/values.yaml', 'web/Chart.yaml'))).toBe(true)
    expect(await holds(await tgz('package/package.json'))).toBe(false)
    expect(await holds(await tgz('web/charts/db/Chart.yaml'))).toBe(false)
  })

  test('what is no archive, half of one, or of another name is not', async () => {
    const bytes = await tgz('web/Chart.yaml')
    expect(await holds('hello')).toBe(false)
    expect(await holds(bytes.subarray(0, 20))).toBe(false)
    expect(await holds(bytes, 'a.tar')).toBe(false)
    expect(await sourceHolds(match, memorySource({ 'Chart.yaml': '' }), noKeys)).toBe(false)
  })
})
