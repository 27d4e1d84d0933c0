import type { Bytes, OpenBytes } from './bytes.ts'
import type { Annotations, Descriptor, Platform } from './descriptor.ts'
import type { KindLocation } from './location.ts'
import type { Manifest } from './manifest.ts'
import type { StandardSchema } from './schema.ts'

/** Raised only when a kind written for the old contract can no longer be loaded. */
export const apiVersion = 1

/**
 * One way to recognise an artifact: all fields given must hold. Plain data, repeated in package.json's `ocish`
 * field, so that no code of the kind is loaded to ask. The most specific match wins: the first difference in the
 * order of the fields below, then the number of fields.
 */
export interface Match {
  readonly artifactType?: string
  readonly configMediaType?: string
  /** A label of the image configuration, `name` or `name=value`; the host reads the configuration once (≤ 1 MiB). */
  readonly configLabel?: string
  readonly layerMediaType?: string
  /** An annotation of the manifest, `name` or `name=value`. */
  readonly annotation?: string
  /** Comes from settings, never from a package. */
  readonly repositoryPrefix?: string
  /** Restricts the other fields to manifests of this type; alone it is the weakest match. */
  readonly manifestMediaType?: string
  /**
   * Gives way to every match without it: for kinds that know only the general form (any image, any index). It is no
   * condition of its own.
   */
  readonly generic?: true
}

/**
 * Which repositories a person says to hold artifacts of a kind: all below a base that the settings name. What lies there
 * and fits no match of another kind more closely is of this kind. Plain data as well.
 */
export interface BaseSetting {
  /** The member of the settings that lists objects, one for each base. */
  readonly list: string
  /** `{MEMBER}` stands for a member of the object; the first pattern whose members are all given counts. */
  readonly patterns: readonly string[]
  /** Bases that count without being configured. Only kinds that come with the program have them. */
  readonly builtIn?: readonly string[]
}

/** Which folders or files `push` and `validate` take for a kind. Plain data as well. */
export interface SourceMatch {
  /** A folder that holds this file (a relative path). */
  readonly folderWith?: string
  /** A file whose name fits this pattern (`*` within the name). */
  readonly fileName?: string
  /** A compressed or plain tar that holds this file (`*` within a component). */
  readonly archiveWith?: string
  /** A JSON file whose top-level object has all of these keys. */
  readonly jsonKeys?: readonly string[]
}

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

/** What a kind may read: it never sees the registry client or the cache. */
export interface Artifact {
  /** The reference it was opened by, where there is one (a child of an index has none). */
  readonly ref?: string
  readonly descriptor: Descriptor
  readonly manifest: Manifest
  /** The exact bytes of the manifest as received. */
  readonly bytes: Uint8Array
  /** `artifactType`, else the configuration's media type (image-spec, manifest.md). */
  readonly artifactType: string | undefined
  readonly annotations: Annotations
  /** The manifest's configuration; absent for an index. */
  readonly config?: Descriptor
  /** Layers of an image manifest, blobs of an artifact manifest, empty for an index. */
  readonly layers: readonly Descriptor[]
  readonly subject?: Descriptor
  /** For an index: its entries, or the one that fits the platform. */
  children(platform?: Platform): Promise<readonly Artifact[]>
  /** Verified bytes: the iteration throws after the last byte if digest or size differ. */
  open(part: Descriptor): Bytes
}

/** An entry of a source folder, or of what an artifact holds. */
export interface TreeEntry {
  /** Relative, `/`-separated, without leading `./`. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'hardlink' | 'other'
  /** Bytes. */
  readonly size: number
  /** Permission bits. */
  readonly mode?: number
  readonly mediaType?: string
  readonly digest?: string
  readonly target?: string
  /** Seconds since 1970, with fractions, where the source knows it. */
  readonly mtime?: number
  /** Who owns it, where the source knows; names only where they can be told. */
  readonly owner?: {
    readonly uid: number
    readonly gid: number
    readonly user?: string
    readonly group?: string
  }
}

/** Random access to what is packed or validated: one file, or a folder. Memory in a test. */
export interface Source {
  /** `file`: `open('')` reads it; `name` is its base name. */
  readonly type: 'file' | 'folder'
  readonly name: string
  list(dir: string): AsyncIterable<TreeEntry>
  /** Errors: FILE_NOT_FOUND. */
  stat(path: string): Promise<TreeEntry>
  readlink(path: string): Promise<string>
  /** `end` exclusive. */
  open(path: string, range?: { readonly start: number; readonly end?: number }): Bytes
  /**
   * A regular file's size and its first bytes, `length` of them where it has as many, in one step: for who reads many
   * small files. A link is FILE_NOT_FOUND. Hosts to which that is no cheaper do not offer the method.
   */
  head?(path: string, length: number): Promise<{ readonly size: number; readonly bytes: Uint8Array }>
  xattrs(path: string): Promise<ReadonlyMap<string, Uint8Array>>
  /**
   * For one file: the file that lies beside it and whose name is its own with this suffix (`.prov`); undefined where there
   * is none. Hosts without it do not offer the method.
   */
  beside?(suffix: string): Promise<Source | undefined>
}

/** Where `unpack` writes. Refuses paths that leave its root (TARGET_UNSAFE) and names that exist (FILE_EXISTS). */
export interface Target {
  /** `xattrs`: only where `takesXattrs`. Errors also: FILE_FAILED where the file system takes no attributes. */
  write(
    path: string,
    content: Bytes,
    options?: { readonly mode?: number; readonly xattrs?: ReadonlyMap<string, Uint8Array> },
  ): Promise<void>
  /** `write` sets extended attributes of the name space `user`. */
  readonly takesXattrs?: boolean
  folder(path: string, options?: { readonly mode?: number }): Promise<void>
  /**
   * `asData`: a link of an image's root file system, kept whatever it points to; nothing is ever written through a link.
   * Hosts grant it to kinds that come with them only.
   */
  link(path: string, target: string, options?: { readonly asData?: boolean }): Promise<void>
  /** A second name of a file that was written through this target before. Hosts without it do not offer the method. */
  hardlink?(path: string, existing: string): Promise<void>
  /** Gives a file that was written through this target its name, once that is known. Hosts without it do not offer the method. */
  move?(path: string, to: string): Promise<void>
  /** Takes back a file that was written through this target. Offered together with `move`. */
  remove?(path: string): Promise<void>
}

/** One blob to be written. It can be opened again; without digest and size the host measures while it streams. */
export interface Part {
  readonly mediaType: string
  readonly annotations?: Annotations
  readonly digest?: string
  readonly size?: number
  /** Put the content into the descriptor as `data` too. */
  readonly inline?: boolean
  readonly platform?: Platform
  readonly open: OpenBytes
  /**
   * Digest of the uncompressed bytes of what `open` gave last, asked for when that was read to its end: whoever compressed
   * them knows it. Without it the host decompresses again.
   */
  readonly diffId?: () => string
}

/** What the host measured while it streamed a part. `diffId` is the digest of the uncompressed bytes. */
export interface Written extends Descriptor {
  readonly diffId: string
}

/** A manifest to publish. The host computes digests and sizes while it streams the parts. */
export interface PackedManifest {
  readonly artifactType?: string
  readonly subject?: Descriptor
  readonly layers: readonly Part[]
  readonly config?: Part | ((written: readonly Written[]) => Part | PromiseLike<Part>)
  readonly annotations?:
    | Annotations
    | ((written: readonly Written[]) => Annotations | PromiseLike<Annotations>)
  /**
   * For kinds whose member order or omissions matter; the default is `encodeManifest`. The annotations are those above
   * and what the user asked for beside them.
   */
  readonly manifest?: (
    written: readonly Written[],
    annotations: Annotations,
  ) => Uint8Array | PromiseLike<Uint8Array>
  /** What `push` should say about this pack: what was left out and why. */
  readonly notes?: readonly string[]
  /** The tag `push` uses when the reference has none. */
  readonly tag?: string
}

/** An index to publish; `tag` and `notes` as for a manifest. */
export interface PackedIndex {
  readonly index: readonly { readonly platform?: Platform; readonly packed: PackedManifest }[]
  readonly annotations?: Annotations
  readonly artifactType?: string
  readonly subject?: Descriptor
  readonly notes?: readonly string[]
  readonly tag?: string
}

/** What `pack` gives: one manifest, or an index of several. */
export type Packed = PackedManifest | PackedIndex

/** What `validate` says of one place in a source or an artifact; an `error` makes the exit status 1. */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'info'
  /** SCREAMING_SNAKE, stable. */
  readonly code: string
  /** A path inside the source or artifact, or a JSON path. */
  readonly path: string
  readonly line?: number
  readonly message: string
  readonly hint?: string
}

/** JSON-able. Insertion order is display order. */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | readonly FieldValue[]
  | { readonly [key: string]: FieldValue }

/** One line of a description. `label` is also its name in machine formats, so it stays what it is. */
export interface Field {
  readonly label: string
  readonly value: FieldValue
  /** How a terminal shows it; machine formats keep the raw value. */
  readonly format?: 'text' | 'bytes' | 'time' | 'digest' | 'ref' | 'list'
}

/** What a kind tells of an artifact: data that a table, a page and JSON show each in their way. */
export interface Description {
  /** One line, e.g. the name and version. */
  readonly title: string
  readonly summary?: string
  readonly fields: readonly Field[]
}

/** One difference between two models of a kind. */
export interface Change {
  /** The member, as `values.image.tag`. */
  readonly path: string
  /** `+`, `-` or `~`. */
  readonly op: string
  readonly from?: FieldValue
  readonly to?: FieldValue
}

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

/** A command whose declared effect says so also gets these. */
export interface KindCommandContext extends KindContext {
  /** The environment variable of this name, as it is written: seconds since 1970 that date what is built. */
  readonly sourceDateEpoch?: string
  /** Effect `W`. */
  publish?(packed: Packed, location: string): Promise<{ readonly ref: string; readonly digest: string }>
  /** Reading confined to the path that the user typed for the parameter of this name; a file has `type` `file`. */
  folder?(parameter: string): Promise<Source>
  /**
   * Writing confined to the path that the user typed for the parameter of this name; `write('')` makes it a file.
   * What was written appears when the command ends without an error. `merge`: what is there stays, and only names that
   * exist are refused.
   */
  target?(parameter: string, options?: { readonly merge?: boolean }): Promise<Target>
}

/** A parameter or a flag of a kind's command. */
export interface KindParam {
  readonly name: string
  readonly type: 'string' | 'int' | 'ref' | 'path' | 'bool'
  readonly many?: boolean
  readonly optional?: boolean
  readonly enum?: readonly string[]
  readonly summary?: string
}

/** A line that can be typed, and what it is good for; the conformance suite runs it. */
export interface KindExample {
  readonly line: string
  readonly note: string
}

/** A command under the family's noun (`runconfig export`): data, and a generator of rows. */
export interface KindCommand {
  readonly name: string
  readonly summary: string
  readonly params: readonly KindParam[]
  readonly flags?: readonly KindParam[]
  readonly output:
    | { readonly form: 'rows'; readonly columns: readonly string[] }
    | { readonly form: 'value' }
    | { readonly form: 'bytes' }
  /** Read, write a registry, destroy, local files only. */
  readonly effect: 'R' | 'W' | 'D' | 'L'
  readonly examples: readonly KindExample[]
  /** Exit statuses to expect beside those that its parameters and its effect tell the host. */
  readonly exits?: readonly number[]
  /** Rows, one value, or `Uint8Array` chunks; returns an exit status other than 0 for a negative answer. */
  run(call: KindCall, context: KindCommandContext): AsyncGenerator<unknown, number | void>
}

/** What a person typed for a command of a kind, by name, of the types that its parameters and flags declare. */
export interface KindCall {
  readonly args: Readonly<Record<string, unknown>>
  readonly flags: Readonly<Record<string, unknown>>
}

/** What reads a location that the user typed gets beside the usual. */
export interface LocationContext extends KindContext {
  /** Reading confined to a folder that the location names. Errors: FILE_NOT_FOUND, FILE_FAILED. */
  folder(path: string): Promise<Source>
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

/** True for an artifact (as against a source) in `validate`. */
export function isArtifact(input: Artifact | Source): input is Artifact {
  return 'descriptor' in input
}

/** True for a packed index. */
export function isPackedIndex(packed: Packed): packed is PackedIndex {
  return 'index' in packed
}
