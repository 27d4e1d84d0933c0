import type { Abilities, Ability, Registry } from '@ocish/core'
import { type Descriptor, hasCode, isOcishError } from '@ocish/sdk'
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { content } from '../content.ts'

/** A registry under test. */
export interface RegistryUnderTest {
  readonly registry: Registry
  /** A repository nobody has written to; may be always the same one with `perTest` and `singleRepository`. */
  repository(): string
  /** For a read-only view: the registry behind it, which the cases fill. */
  readonly fill?: Registry
  close?(): Promise<void>
}

/** What a foreign registry is known not to do though the contract asks for it; each names the cases it leaves out. */
export type Lack =
  /** Digests other than sha256. */
  | 'sha512'
  /** `ifMatch` and `ifNoneMatch` of `pushManifest`. */
  | 'conditionalWrites'
  /** Refusing a chunk at a wrong offset, and keeping what arrived of a chunk that was cut. */
  | 'uploadOffsets'
  /** Taking non-distributable layers that were never pushed. */
  | 'foreignLayers'
  /** Refusing a manifest that is ambiguous (T30). */
  | 'strictManifests'
  /** Refusing a manifest whose blobs or children are missing. */
  | 'referenceChecks'
  /** `sparse` of `pushManifest`. */
  | 'sparse'
  /** Knowing a repository by its manifests when no tag is left. */
  | 'untaggedRepositories'
  /** `repositories`. */
  | 'catalog'
  /** Blobs of one repository are invisible in another. */
  | 'isolation'

/** What of the conformance suite a registry can be asked. */
export interface RegistrySuiteOptions {
  /** Call `create` for every case instead of once. */
  readonly perTest?: boolean
  /** Cases that need two repositories are left out. */
  readonly singleRepository?: boolean
  /** Only reading is tested, on what `fill` holds; writes have to answer UNSUPPORTED. */
  readonly readOnly?: boolean
  readonly lacks?: readonly Lack[]
}

/** One side of a case: a registry and a fresh repository of it. */
export interface Scene {
  readonly registry: Registry
  readonly abilities: Abilities
  readonly repository: string
  /** Another fresh repository. */
  readonly another: () => string
  /** Where content is prepared: the registry itself, or what stands behind a read-only view. */
  readonly fill: Registry
}

/** What the files of the suite share. */
export interface Suite {
  readonly scene: () => Promise<Scene>
  readonly lacks: (...lacks: readonly Lack[]) => boolean
  readonly single: boolean
}

/** Runs `cases` against a registry that lives as long as the options say. */
export function describeWithScenes(
  name: string,
  create: () => Promise<RegistryUnderTest>,
  options: RegistrySuiteOptions,
  cases: (suite: Suite) => void,
): void {
  // oxlint-disable-next-line vitest/valid-title
  describe(name, () => {
    let shared: RegistryUnderTest | undefined
    beforeAll(async () => {
      if (options.perTest !== true) shared = await create()
    })
    afterAll(async () => {
      if (shared !== undefined) await close(shared)
    })
    const scene = async (): Promise<Scene> => {
      const subject = shared ?? (await create())
      if (shared === undefined) onTestFinished(() => close(subject))
      return sceneOf(subject)
    }
    cases({
      scene,
      lacks: (...lacks) => lacks.some((lack) => options.lacks?.includes(lack) === true),
      single: options.singleRepository === true,
    })
  })
}

async function close(subject: RegistryUnderTest): Promise<void> {
  await subject.registry[Symbol.asyncDispose]()
  await subject.close?.()
}

function sceneOf(subject: RegistryUnderTest): Scene {
  const { registry } = subject
  return {
    registry,
    abilities: registry.abilities,
    repository: subject.repository(),
    another: () => subject.repository(),
    fill: subject.fill ?? registry,
  }
}

/**
 * Runs the steps of an ability: declared, they have to work; not declared, they have to answer UNSUPPORTED; unknown,
 * either will do.
 */
export async function ifAble(ability: Ability, steps: () => Promise<void>): Promise<void> {
  if (ability === false) {
    await expect(steps()).toFailWith('UNSUPPORTED')
    return
  }
  try {
    await steps()
  } catch (error) {
    if (ability === true || !hasCode(error, 'UNSUPPORTED')) throw error
  }
}

/** The ability to do two things. */
export function both(one: Ability, other: Ability): Ability {
  if (one === false || other === false) return false
  return one === true && other === true ? true : 'unknown'
}

/** The codes a call may fail with that has to fail with `code` where the ability is there. */
export function allowed(ability: Ability, code: string): readonly string[] {
  if (ability === false) return ['UNSUPPORTED']
  return ability === true ? [code] : [code, 'UNSUPPORTED']
}

/** The code a promise or an iteration fails with; undefined when it succeeds. */
export async function codeOf(work: Promise<unknown> | AsyncIterable<unknown>): Promise<string | undefined> {
  try {
    await (Symbol.asyncIterator in work ? collect(work) : work)
    return undefined
  } catch (error) {
    if (isOcishError(error)) return error.code
    if (error instanceof Error && error.name === 'AbortError') return error.name
    throw error
  }
}

/** All values of an iteration. */
export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  return await Array.fromAsync(values)
}

/** Digest, media type and size: what a descriptor has in every place. */
export function core({
  digest,
  mediaType,
  size,
}: Descriptor): Pick<Descriptor, 'digest' | 'mediaType' | 'size'> {
  return { digest, mediaType, size }
}

/** Image, index and referrers that most cases start from. */
export const sample: ReturnType<typeof buildSample> = buildSample()

function buildSample(): ReturnType<
  typeof content<'layer' | 'config', 'image' | 'other' | 'index', 'latest'>
> {
  return content({
    blobs: { layer: 'a layer', config: { architecture: 'amd64', os: 'linux' } },
    manifests: {
      image: { config: 'config', layers: ['layer'] },
      other: { config: 'config', layers: ['layer'], annotations: { which: 'other' } },
      index: { manifests: [{ manifest: 'image', platform: { os: 'linux', architecture: 'amd64' } }] },
    },
    tags: { latest: 'image' },
  })
}

/** Digests that are none (T29): path traversal, wrong length, wrong case, wrong letters, far too long. */
export const hostileDigests: readonly string[] = [
  'sha256:../../../etc/passwd',
  'sha256:..%2f..%2f',
  'sha256:ABC',
  `sha256:${'a'.repeat(63)}`,
  `sha256:${'A'.repeat(64)}`,
  `sha256:${'g'.repeat(64)}`,
  `sha512:${'a'.repeat(64)}`,
  'sha256:',
  ':',
  'sha256',
  `sha256:${'a'.repeat(100_000)}`,
]
