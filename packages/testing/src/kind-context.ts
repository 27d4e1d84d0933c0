import {
  type Artifact,
  type KindCommandContext,
  type Lookup,
  OcishError,
  type Packed,
  type Source,
  type Target,
} from '@ocish/sdk'
import { artifactOf } from './memory-artifact.ts'

/** What a kind under test gets from its host. */
export interface KindContextOptions {
  readonly signal?: AbortSignal
  readonly options?: Readonly<Record<string, unknown>>
  readonly settings?: Readonly<Record<string, unknown>>
  /** What `lookup.open` and `lookup.resolve` know, by reference. */
  readonly artifacts?: Readonly<Record<string, Artifact>>
  /** What `lookup` answers for any other reference. */
  readonly anyArtifact?: Artifact
  /** What the user's path arguments are, by parameter. */
  readonly folder?: (parameter: string) => Source
  readonly target?: (parameter: string) => Target
  /** What the user's file options are, by option. */
  readonly file?: (option: string) => Source
}

/** A context that keeps what was warned of. */
export interface MemoryContext extends KindCommandContext {
  readonly warnings: readonly string[]
}

/** A context for a kind's functions and commands without a host. Errors of `lookup`: MANIFEST_NOT_FOUND. */
export function kindContext(given: KindContextOptions = {}): MemoryContext {
  const warnings: string[] = []
  const { folder, target, file } = given
  return {
    signal: given.signal ?? new AbortController().signal,
    warnings,
    warn: (message) => {
      warnings.push(message)
    },
    progress: () => undefined,
    ...(file && { file: async (option: string) => file(option) }),
    settings: given.settings ?? {},
    options: given.options ?? {},
    lookup: lookupIn(given),
    features: [],
    publish: async (packed: Packed, location: string) => {
      const { descriptor } = await artifactOf(packed)
      return { ref: location, digest: descriptor.digest }
    },
    ...(folder === undefined ? {} : { folder: async (parameter) => folder(parameter) }),
    ...(target === undefined ? {} : { target: async (parameter) => target(parameter) }),
  }
}

function lookupIn({ artifacts = {}, anyArtifact }: KindContextOptions): Lookup {
  const open = async (reference: string): Promise<Artifact> => {
    const artifact = Object.hasOwn(artifacts, reference) ? artifacts[reference] : anyArtifact
    if (artifact === undefined) throw new OcishError('MANIFEST_NOT_FOUND', `no artifact ${reference}`)
    return artifact
  }
  return {
    open,
    resolve: async (reference) => (await open(reference)).descriptor,
    async *versions(repository) {
      const prefix = `${repository}:`
      for (const reference of Object.keys(artifacts)) {
        if (reference.startsWith(prefix)) yield reference.slice(prefix.length)
      }
    },
    async *repositories(prefix) {
      const names = Object.keys(artifacts).map((reference) => reference.replace(/[:@][^/]*$/, ''))
      yield* new Set(names.filter((name) => name.startsWith(prefix)))
    },
  }
}
