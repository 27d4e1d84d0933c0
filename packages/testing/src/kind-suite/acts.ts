import { isDeepStrictEqual } from 'node:util'
import {
  type Artifact,
  type Finding,
  isOcishError,
  type Kind,
  type KindContext,
  OcishError,
  type TreeEntry,
} from '@ocish/sdk'
import { expect } from 'vitest'
import { artifactOf } from '../memory-artifact.ts'
import { kindContext } from '../kind-context.ts'
import { memoryTarget, type MemoryTarget } from '../kind-doubles.ts'
import type { KindCase } from '../kind-suite.ts'
import { readAll } from '../content.ts'

/** The artifact of a case: packed, or given. */
export async function artifactOfCase(kind: Kind, given: KindCase): Promise<Artifact> {
  if (given.source === undefined || kind.pack === undefined) {
    if (given.artifact === undefined)
      throw new TypeError(`case ${given.name} has neither source nor artifact`)
    return given.artifact()
  }
  return artifactOf(await kind.pack(given.source(), kindContext({ options: given.options ?? {} })))
}

/** `kind.read`, checked by its schema as a host does. Errors: KIND_INPUT_INVALID. */
export async function readModel(kind: Kind, artifact: Artifact, context: KindContext): Promise<unknown> {
  const value = await kind.read(artifact, context)
  const result = await kind.schema?.['~standard'].validate(value)
  if (result === undefined) return value
  if (result.issues !== undefined) {
    throw new OcishError('KIND_INPUT_INVALID', result.issues.map(({ message }) => message).join(', '))
  }
  return result.value
}

/** An entry with its content. */
export interface ListedEntry extends TreeEntry {
  readonly bytes?: Uint8Array
}

export async function listAll(kind: Kind, artifact: Artifact, context: KindContext): Promise<ListedEntry[]> {
  const entries: ListedEntry[] = []
  for await (const { open, ...entry } of kind.list?.(artifact, context) ?? []) {
    entries.push(open === undefined ? entry : { ...entry, bytes: await readAll(open()) })
  }
  return entries
}

export async function unpackAll(kind: Kind, artifact: Artifact, context: KindContext): Promise<MemoryTarget> {
  const target = memoryTarget()
  await kind.unpack?.(artifact, target, context)
  return target
}

export async function findingsOf(
  kind: Kind,
  input: Parameters<NonNullable<Kind['validate']>>[0],
  context: KindContext,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const finding of kind.validate?.(input, context) ?? []) findings.push(finding)
  return findings
}

/** A failure a person can be told about: an `OcishError` with a code. */
export function expectBranded(failure: unknown): void {
  const shown = failure instanceof Error ? failure : new Error(String(failure))
  if (!isOcishError(failure)) throw new Error('an error without brand', { cause: shown })
  expect(failure.code).toMatch(/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/)
  expect(failure.message).not.toBe('')
}

/** It ended well, or with a failure a person can be told about. */
export function expectOrderly({ failure }: { readonly failure?: unknown }): void {
  if (failure !== undefined) expectBranded(failure)
}

/** True for a kind that brings all of these functions. */
export function can(kind: Kind, ...names: readonly (keyof Kind)[]): boolean {
  return names.every((name) => name in kind && kind[name] !== undefined)
}

/** What an act ended with. */
export async function outcomeOf(act: () => Promise<unknown>): Promise<{ readonly failure?: unknown }> {
  try {
    await act()
    return {}
  } catch (failure) {
    return { failure }
  }
}

/** Data that survives JSON: no functions, dates, maps, undefined in lists. */
export function expectJsonAble(value: unknown): void {
  const copy: unknown = JSON.parse(JSON.stringify(value))
  expect(isDeepStrictEqual(plain(copy), plain(value)), 'is data that JSON keeps').toBe(true)
}

/** Without prototypes and undefined members, which JSON does not tell apart. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([key, member]) => [key, plain(member)]))
}

/** The functions of a kind that read an artifact, by name. */
export function readingActs(
  kind: Kind,
  artifact: Artifact,
  context: KindContext,
): readonly { readonly name: string; readonly act: () => Promise<unknown> }[] {
  return [
    { name: 'read', act: async () => kind.describe(await readModel(kind, artifact, context)) },
    { name: 'list', act: () => listAll(kind, artifact, context) },
    { name: 'unpack', act: () => unpackAll(kind, artifact, context) },
    { name: 'validate', act: () => findingsOf(kind, artifact, context) },
  ]
}
