import type { Artifact } from './artifact.ts'
import type { Descriptor } from './descriptor.ts'
import type { Source } from './source.ts'

/** A narrow, read-only view of registries. */
export interface Lookup {
  /** The digest a reference points to now. Errors: those of a manifest read. */
  resolve(reference: string): Promise<Descriptor>
  versions(repository: string): AsyncIterable<string>
  repositories(prefix: string): AsyncIterable<string>
  open(reference: string): Promise<Artifact>
}

/** What a kind may use while it works: nothing of the network, files or terminal but what is here. */
export interface KindContext {
  readonly signal: AbortSignal
  readonly warn: (message: string) => void
  readonly progress: (event: { readonly done: number; readonly total?: number }) => void
  /** The section `[kinds.NAME]` of the configuration, valid by the kind's `settings` schema. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The kind's own options as given on the command line. */
  readonly options: Readonly<Record<string, unknown>>
  /**
   * Reading confined to what the user typed for the kind's option of this name, which has the type `path`. Hosts without
   * it do not offer the method. Errors: FILE_NOT_FOUND, KIND_FAILED for an option that nobody typed.
   */
  file?(option: string): Promise<Source>
  readonly lookup: Lookup
  /** Abilities of this host beyond the ones above, by name. */
  readonly features: readonly string[]
}

/** What reads a location that the user typed gets beside the usual. */
export interface LocationContext extends KindContext {
  /** Reading confined to a folder that the location names. Errors: FILE_NOT_FOUND, FILE_FAILED. */
  folder(path: string): Promise<Source>
}
