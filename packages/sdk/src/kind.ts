import type { Artifact } from './artifact.ts'
import type { OpenBytes } from './bytes.ts'
import type { Change, Description } from './description.ts'
import type { Finding } from './finding.ts'
import type { KindCommand } from './kind-command.ts'
import type { KindContext, LocationContext } from './kind-context.ts'
import type { KindLocation } from './location.ts'
import type { BaseSetting, Match, SourceMatch } from './match.ts'
import type { Packed } from './packed.ts'
import type { StandardSchema } from './schema.ts'
import type { Source, TreeEntry } from './source.ts'
import type { Target } from './target.ts'

/** Raised only when a kind written for the old contract can no longer be loaded. */
export const apiVersion = 1

/** A flag that `push`, `pull`, `validate` or `convert` accepts for this kind. */
export interface KindOption {
  /** Long and kebab-case, without dashes. */
  readonly name: string
  /** `path`: a file the kind reads through `KindContext.file`. */
  readonly type: 'bool' | 'string' | 'int' | 'path'
  readonly many?: boolean
  readonly enum?: readonly string[]
  readonly summary: string
  /** The verbs that accept it. */
  readonly verbs: readonly ('push' | 'pull' | 'validate' | 'convert' | 'describe')[]
}

/**
 * What ocish knows of one kind of artifact: data by which it is recognised, and functions over byte streams
 * (architecture.md, Kinds).
 */
export interface Kind<Model = unknown> {
  readonly apiVersion: typeof apiVersion
  /** Short, unique, kebab-case. */
  readonly name: string
  /** The noun of its commands; several kinds of one package share it. Default: the name. */
  readonly family?: string
  readonly match: readonly Match[]
  readonly sources?: readonly SourceMatch[]
  readonly options?: readonly KindOption[]
  /** JSON Schema of `[kinds.NAME]` in the configuration. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** What of the settings recognises artifacts by where they lie. */
  readonly bases?: BaseSetting
  /** The host validates what `read` returns with it. */
  readonly schema?: StandardSchema<Model>
  /** Bytes to model. Errors: KIND_INPUT_INVALID. */
  read(artifact: Artifact, context: KindContext): Promise<unknown>
  /** Like `read`, with the parts that only a comparison needs and that cost more to fetch; the default is `read`. */
  readWhole?(artifact: Artifact, context: KindContext): Promise<unknown>
  describe(model: Model): Description
  /** Entries inside, so that `ls ref//path` and `cat ref//path` work. */
  list?(artifact: Artifact, context: KindContext): AsyncIterable<TreeEntry & { readonly open?: OpenBytes }>
  unpack?(artifact: Artifact, target: Target, context: KindContext): Promise<void>
  /**
   * A JSON file that `unpack` leaves in the folder, with the manifest's `digest` as a member: a folder whose marker has
   * the digest that is asked for is up to date, and one that has a marker may be replaced without being asked.
   */
  readonly marker?: string
  /** The kind computes no digests and uploads nothing. Errors: KIND_INPUT_INVALID. */
  pack?(source: Source, context: KindContext): Promise<Packed>
  validate?(input: Artifact | Source, context: KindContext): AsyncIterable<Finding>
  /** Two models in, changes out. A promise, where the kind runs in a process of its own. */
  diff?(from: Model, to: Model): Iterable<Change> | Promise<Iterable<Change>>
  dependencies?(
    model: Model,
  ): readonly { readonly ref: string; readonly name?: string; readonly kind?: string }[]
  /** A short name to a full reference; used by the kind's own commands and under `--as`. */
  resolve?(word: string, context: KindContext): Promise<string | undefined>
  /** Schemes it opens read-only as a location. */
  readonly locations?: readonly string[]
  /**
   * The entries of such a location, at `inner` and below, so that `ls SCHEME:REST//path` and `cat` work.
   * Errors: LOCATION_INVALID for a `rest` that names nothing, PATH_NOT_FOUND.
   */
  listLocation?(
    location: KindLocation,
    context: LocationContext,
  ): AsyncIterable<TreeEntry & { readonly open?: OpenBytes }>
  /** Synchronous and pure. */
  complete?(model: Model, word: string): readonly string[]
  readonly commands?: readonly KindCommand[]
}

/** Freezes a kind and stamps the contract's version on it. The result is the default export of a kind's module. */
export function defineKind<Model>(kind: Omit<Kind<Model>, 'apiVersion'>): Kind<Model> {
  return Object.freeze({ apiVersion, ...kind })
}
