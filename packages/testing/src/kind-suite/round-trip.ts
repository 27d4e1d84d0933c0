import { isPackedIndex, type Kind } from '@ocish/sdk'
import { expect, test } from 'vitest'
import { kindContext } from '../kind-context.ts'
import type { KindCase } from '../kind-suite.ts'
import { artifactOf, type MemoryArtifact } from '../memory-artifact.ts'
import { artifactOfCase, can, expectJsonAble, findingsOf, listAll, readModel, unpackAll } from './acts.ts'

/** Packing, and everything that reads what was packed. */
export function roundTripCases(kind: Kind, given: KindCase): void {
  const context = kindContext({ options: given.options ?? {} })
  const { source } = given
  const pack = async (): Promise<MemoryArtifact | undefined> => {
    if (source === undefined || kind.pack === undefined) return undefined
    return artifactOf(await kind.pack(source(), context))
  }

  test.runIf(source !== undefined)('pack twice gives the same bytes', async () => {
    const [first, second] = [await pack(), await pack()]
    expect(second?.descriptor).toEqual(first?.descriptor)
    expect(new Set(second?.content.keys())).toEqual(new Set(first?.content.keys()))
  })

  test.runIf(source !== undefined)('what is packed is what it matches', async () => {
    if (source === undefined || kind.pack === undefined) return
    const packed = await kind.pack(source(), context)
    const types = isPackedIndex(packed)
      ? [packed.artifactType, ...packed.index.map((child) => child.packed.artifactType)]
      : [packed.artifactType, ...packed.layers.map(({ mediaType }) => mediaType)]
    const matched = kind.match.flatMap(({ artifactType, layerMediaType }) => [artifactType, layerMediaType])
    const byType = matched.some((type) => type !== undefined && types.includes(type))
    const byOther = kind.match.some(
      ({ configMediaType, configLabel, annotation }) => configMediaType ?? configLabel ?? annotation,
    )
    expect(byType || byOther).toBe(true)
  })

  test('reads a model that JSON keeps', async () => {
    expectJsonAble(await readModel(kind, await artifactOfCase(kind, given), context))
  })

  test('describes in one line and fields that JSON keeps', async () => {
    const description = kind.describe(await readModel(kind, await artifactOfCase(kind, given), context))
    expect(description.title).toMatch(/^\S.*$/)
    expect(description.title).not.toContain('\n')
    for (const { label } of description.fields) expect(label).not.toBe('')
    expectJsonAble(description)
  })

  test.runIf(can(kind, 'list', 'unpack'))('lists what it unpacks', async () => {
    const artifact = await artifactOfCase(kind, given)
    const { entries } = await unpackAll(kind, artifact, context)
    const files = [...entries].flatMap(([path, entry]) =>
      entry.kind === 'file' && path !== kind.marker ? [[path, entry.bytes] as const] : [],
    )
    const listed = (await listAll(kind, artifact, context)).filter(
      (entry) => entry.kind === 'file' || entry.kind === 'hardlink',
    )
    expect(listed.map(({ path }) => path).toSorted()).toEqual(files.map(([path]) => path).toSorted())
    const unpacked = new Map(files)
    for (const { path, size, bytes } of listed) {
      if (bytes === undefined) continue
      expect(Buffer.from(bytes).equals(unpacked.get(path) ?? new Uint8Array()), `content of ${path}`).toBe(
        true,
      )
      expect(size, `size of ${path}`).toBe(bytes.length)
    }
  })

  test.runIf(given.unpacked)('unpacks what the case says', async () => {
    const target = await unpackAll(kind, await artifactOfCase(kind, given), context)
    const files = [...target.entries.keys()].filter(
      (path) => path !== kind.marker && target.text(path) !== undefined,
    )
    expect(Object.fromEntries(files.map((path) => [path, target.text(path)]))).toEqual(given.unpacked)
  })

  test.runIf(can(kind, 'validate'))('validates into findings with code and message', async () => {
    const artifact = await artifactOfCase(kind, given)
    const inputs = source === undefined ? [artifact] : [artifact, source()]
    for (const input of inputs) {
      for (const finding of await findingsOf(kind, input, context)) {
        expect(finding.code).toMatch(/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/)
        expect(finding.message).not.toBe('')
        expectJsonAble(finding)
      }
    }
  })

  test.runIf(can(kind, 'diff'))('does not differ from itself', async () => {
    const model = await readModel(kind, await artifactOfCase(kind, given), context)
    expect([...((await kind.diff?.(model, model)) ?? [])]).toEqual([])
  })

  test.runIf(can(kind, 'dependencies'))('names its dependencies', async () => {
    const model = await readModel(kind, await artifactOfCase(kind, given), context)
    for (const { ref } of kind.dependencies?.(model) ?? []) expect(ref).toMatch(/\S/)
  })

  test.runIf(can(kind, 'complete'))('completes without waiting', async () => {
    const model = await readModel(kind, await artifactOfCase(kind, given), context)
    for (const word of ['', 'a', '…', '../']) expect(Array.isArray(kind.complete?.(model, word))).toBe(true)
  })
}
