// index.d.mts
import { Command, Commands, HelpDocument, Row, Signature } from "@ocish/shell";
import { Artifact, Bytes, Kind, KindCall, KindCommand, KindCommandContext, KindCommandData, KindContext, KindOption, Location, Manifest, Match, Packed, Part, Platform, Source, SourceMatch, Target } from "@ocish/sdk";
import { ManifestContent, OnTransfer, Place, Registry } from "@ocish/core";
/** The built-in commands as data, in the order of the overview: binding, help and completion load nothing else. */
declare const signatures: readonly Signature[];
/** Help for a command, a topic, or (without words) the overview. Errors: USAGE_UNKNOWN_COMMAND. */
declare function helpDocument(words: readonly string[], commands: Commands): HelpDocument;
/** A plugin as it is shown. */
interface PluginInfo {
  readonly name: string;
  readonly version: string;
  readonly status: "enabled" | "disabled";
  readonly kinds: readonly string[];
  readonly source: string;
  readonly publisher: string;
  /** Of the archive it came in. */
  readonly digest: string;
  /** RFC 3339. */
  readonly added: string;
  readonly commands: readonly string[];
}
/** One thing that was looked at, and what was found. */
interface PluginCheck {
  readonly subject: string;
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}
/** The kinds of others: installed as data, their code in processes of their own. */
interface Plugins {
  list(): readonly PluginInfo[];
  /** Errors: PLUGIN_FAILED when there is none of this name. */
  info(name: string): PluginInfo;
  /**
   * `source`: a path, an OCI reference, or the name of an npm package (`npm:NAME` where it could be both). Asks whether
   * its publisher is trusted, once for each publisher and digest. Errors: PLUGIN_FAILED, PLUGIN_API_UNSUPPORTED,
   * CONFIRMATION_REQUIRED, DIGEST_MISMATCH, ARCHIVE_UNSAFE, those of the place.
   */
  add(source: string, options: {
    readonly trust: boolean;
    readonly signal: AbortSignal;
  }): Promise<PluginInfo>;
  remove(name: string): Promise<PluginInfo>;
  enable(name: string, enabled: boolean): Promise<PluginInfo>;
  /** All of them, or one. */
  doctor(name: string | undefined, signal: AbortSignal): AsyncIterable<PluginCheck>;
  /** Writes a new kind into a folder of its name; answers the paths. Errors: PLUGIN_FAILED, TARGET_NOT_EMPTY. */
  create(name: string, signal: AbortSignal): Promise<readonly string[]>;
}
/** A location that was opened: one repository of a registry, and what the text named in it. */
interface Opened extends Place {
  readonly location: Location;
  /** The digest if one was given, else the tag, else absent. */
  readonly reference?: string;
  readonly tag?: string;
  readonly digest?: string;
  /** The part after `//`. */
  readonly inner?: string;
  /** The repository as a person writes it: `ghcr.io/a/b`, `oci:./dir`. */
  readonly display: string;
}
/** A place, and as far as it is known how a person named it and what in it was meant. */
interface NamedPlace extends Place {
  readonly tag?: string;
  readonly digest?: string;
}
/**
 * What `open` is for: a missing layout is created for `write` only; `check` reads what the place itself says now, past
 * the content store.
 */
type Access = "read" | "check" | "write" | "delete";
/** A registry opened for listing: `prefix` is the namespace that was named. */
interface OpenedRegistry {
  readonly registry: Registry;
  readonly prefix: string;
  readonly display: string;
}
/** A kind's data, known without loading its code. */
interface KindInfo {
  readonly name: string;
  readonly family: string;
  readonly package: string;
  readonly match: readonly Match[];
  readonly sources: readonly SourceMatch[];
  readonly options: readonly KindOption[];
  /** The file by which a folder is known as one that it unpacked (`Kind.marker`). */
  readonly marker?: string;
  /** Schemes of locations that it opens (`Kind.listLocation`). */
  readonly locations?: readonly string[];
  /** Its own commands, under the family's noun. */
  readonly commands?: readonly KindCommandData[];
}
/** The context of one run of a kind's command; what it wrote to targets appears with `finish`, and is gone without. */
interface KindCommandScope extends KindCommandContext, AsyncDisposable {
  finish(): Promise<void>;
}
/** The kinds that are there, found by their data; code of one is loaded only by `load` (architecture.md, Kinds). */
interface Kinds {
  /** Data only. */
  list(): readonly KindInfo[];
  /** By data. Errors: KIND_AMBIGUOUS (two equal matches, no settling configuration), KIND_UNKNOWN for a wrong `as`. */
  match(place: Place, content: {
    readonly manifest: Manifest;
  }, as?: string): Promise<KindInfo | undefined>;
  /** The kinds whose `sources` fit. */
  matchSource(source: Source): Promise<readonly KindInfo[]>;
  /** Imports the kind's code. Errors: KIND_UNKNOWN, KIND_FAILED. */
  load(name: string): Promise<Kind>;
  /** What a kind may see of an artifact. */
  artifact(place: NamedPlace, content: ManifestContent, signal: AbortSignal): Artifact;
  context(kind: Kind, options: Readonly<Record<string, unknown>>, signal: AbortSignal): KindContext;
  /** What a command of the kind gets: `publish` only with effect W, `folder` and `target` only for paths typed as arguments. */
  commandContext(kind: Kind, command: KindCommand, call: KindCall, signal: AbortSignal): KindCommandScope;
  /**
   * `kind.read` with the host's schema validation; `whole`: `kind.readWhole`, where the kind has it. Errors:
   * KIND_INPUT_INVALID.
   */
  read(kind: Kind, artifact: Artifact, context: KindContext, options?: {
    readonly whole?: boolean;
  }): Promise<unknown>;
}
/** What `publish` wrote: the manifest or index at the root, and the tags that point to it. */
interface Published {
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  readonly tags: readonly string[];
}
/** What is known of a user at one host: a password or an identity token, and where it was found. */
interface Credential {
  readonly username?: string;
  readonly password?: string;
  readonly identityToken?: string;
  /** Which file or helper it came from, as shown to a person. */
  readonly source: string;
}
/** Credentials as `login`, `logout` and `whoami` see them; secrets are given only by `find`. */
interface Credentials {
  /** Hosts that have credentials, without secrets. */
  list(): Promise<readonly {
    readonly host: string;
    readonly username?: string;
    readonly source: string;
  }[]>;
  find(host: string, repository?: string): Promise<Credential | undefined>;
  /** Verifies against the server, then stores. Errors: REGISTRY_UNAUTHORIZED. */
  login(host: string, credential: {
    readonly username: string;
    readonly password: string;
  }, options: {
    readonly signal: AbortSignal;
  }): Promise<{
    readonly source: string;
  }>;
  /** False: there was nothing to remove. */
  logout(host: string): Promise<boolean>;
}
/** A blob of the store: its size in bytes, and the repositories it was fetched from. */
interface CachedBlob {
  readonly digest: string;
  readonly size: number;
  readonly lastUse: Date;
  readonly repositories: readonly string[];
}
/** The store as the `cache` verbs see it. */
interface CacheView {
  ls(): AsyncIterable<CachedBlob>;
  usage(): AsyncIterable<{
    readonly ref: string;
    readonly size: number;
    readonly unique: number;
    readonly shared: number;
    readonly count: number;
  }>;
  /** Removes what was not used since `before`; yields what it removed (or would remove). */
  prune(options: {
    readonly before?: Date;
    readonly keepBytes?: number;
    readonly dryRun: boolean;
    readonly signal: AbortSignal;
  }): AsyncIterable<CachedBlob>;
  clear(options: {
    readonly dryRun: boolean;
    readonly signal: AbortSignal;
  }): AsyncIterable<CachedBlob>;
}
/** What `serve` offers, where, and to whom. */
interface ServeOptions {
  readonly folder?: string;
  /** A registry, or a namespace of one, that is served through the store: what is not there is fetched, once. */
  readonly upstream?: string;
  readonly address: string;
  readonly readOnly: boolean;
  /** An index may name manifests that are missing; absent: no. */
  readonly sparse?: boolean;
  /** An address that other machines reach may be served without `users`. */
  readonly allowRemote?: boolean;
  /** A file with `NAME:PASSWORD` lines: only they may use it. */
  readonly users?: string;
  readonly signal: AbortSignal;
}
/** One value of the configuration; undefined: nobody has set it. */
interface ServiceSetting {
  readonly key: string;
  readonly value: unknown;
  /** `OCISH_OUTPUT`, a file, or `default`. */
  readonly source: string;
}
/** The configuration as `config` and `alias` see it. */
interface Settings {
  /** Every value that is in force, and the names that could have one; sorted. */
  list(): readonly ServiceSetting[];
  /** Writes the user's configuration file, or takes the key out. Errors: CONFIG_INVALID, FILE_FAILED. */
  write(key: string, text: string | undefined): Promise<ServiceSetting>;
  readonly aliases: ReadonlyMap<string, readonly string[]>;
}
/** One thing that `doctor` looked at. */
interface HealthCheck {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}
/** Where a server listens: `address` is host and port, `root` what it serves. */
interface Endpoint {
  readonly address: string;
  readonly url: string;
  readonly root: string;
  readonly readOnly: boolean;
}
/** The answers of the common flags. */
interface RunOptions {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly offline: boolean;
  readonly platform?: Platform;
  readonly concurrency: number;
  /** `concurrency` where a person said it; absent: a copy sees for itself how many transfers pay. */
  readonly transfers?: number;
  /** Names that one pattern may stand for (`limits.glob`); default 1,000. */
  readonly glob?: number;
}
/** What may happen to what is there where a folder is to be written. */
interface TargetRequest {
  /** Replaces a folder as a whole when the callback succeeds. */
  readonly force: boolean;
  /** The working folder: what is there stays, and only names that exist are refused (FILE_EXISTS). */
  readonly merge?: boolean;
  /** A folder with this marker (`Kind.marker`) may be replaced without `force`. */
  readonly marker?: string;
  /** Files that will be written, where that is known: what `merge` refuses is refused before any of them is read. */
  readonly names?: readonly string[];
  readonly signal: AbortSignal;
}
/** How a folder becomes one layer. */
interface PackFolderOptions {
  /** The layer's title: every path in the archive begins with it. */
  readonly title: string;
  /** Default: the layer type of the compression. */
  readonly mediaType?: string;
  readonly compression: "gzip" | "zstd" | "none";
  readonly level?: number;
  /** Else files are 0644 or 0755 and folders 0755. */
  readonly preservePermissions: boolean;
  readonly annotations: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}
/** What a layer that holds a folder says of itself. */
interface ExtractFolderOptions {
  readonly title: string;
  /** Of the uncompressed archive, where the layer names it. */
  readonly digest?: string;
  /** False: left out. Called with the path as the artifact has it. */
  readonly include?: (path: string) => boolean;
  readonly signal: AbortSignal;
}
/** A target in which a file may also be filled by whoever knows where it is; kinds are not given this. */
interface FileTarget extends Target {
  /**
   * Makes an empty file with the mode of a new one, and tells its place on this machine: it is filled or replaced before
   * the callback ends, or by `write`. Errors: as `write`.
   */
  reserve(path: string): Promise<string>;
}
/** What a question that is hard to take back says and wants besides a yes. */
interface Confirmation {
  /** What else it concerns, a line each. */
  readonly details?: readonly string[];
  /** What has to be typed instead of yes. */
  readonly typed?: string;
}
/** What commands need beyond the registry contract. Declared here, implemented by host; tests bring their own. */
interface Services {
  readonly version: string;
  readonly options: RunOptions;
  /** Applies context and aliases. Errors: REFERENCE_INVALID, LOCATION_INVALID (both with `details.span`). */
  locate(text: string): Location;
  /** Errors: LOCATION_UNSUPPORTED, and those of the place. */
  open(location: string | Location, access: Access): Promise<Opened>;
  /** For listing repositories: a host or a namespace of it, a layout, the store. */
  openRegistry(location: string | Location): Promise<OpenedRegistry>;
  /** The hosts this user has: credentials, configuration, history. */
  registries(): Promise<readonly {
    readonly host: string;
    readonly user?: string;
    readonly default: boolean;
  }[]>;
  readonly kinds: Kinds;
  readonly plugins: Plugins;
  readonly credentials: Credentials;
  readonly cache: CacheView;
  readonly settings: Settings;
  /** What stands between this machine and a registry, step by step. Errors: REFERENCE_INVALID. */
  doctor(host: string, signal: AbortSignal): AsyncIterable<HealthCheck>;
  /** Random access to a local file or folder. Errors: FILE_NOT_FOUND. */
  source(path: string): Promise<Source>;
  /**
   * Writing confined to a folder; nothing appears before the callback succeeded.
   * Errors: TARGET_NOT_EMPTY, TARGET_UNSAFE, FILE_EXISTS.
   */
  target<T>(path: string, options: TargetRequest, fill: (target: FileTarget) => Promise<T>): Promise<T>;
  /**
   * The manifest digest that the marker of a folder names; undefined where there is none that can be read.
   */
  unpackedDigest(path: string, marker: string): Promise<string | undefined>;
  /**
   * A folder as one layer, in the form oras has for it; the same folder gives the same digest. `SOURCE_DATE_EPOCH` dates it.
   * Errors: ARCHIVE_UNSAFE (a link that leaves, a device), USAGE_INVALID_VALUE, those of the source.
   */
  packFolder(source: Source, options: PackFolderOptions): Promise<Part>;
  /** Unpacks such a layer. Errors: ARCHIVE_UNSAFE, ARCHIVE_INVALID, LIMIT_EXCEEDED, DIGEST_MISMATCH, those of the target. */
  extractFolder(bytes: Bytes, target: Target, options: ExtractFolderOptions): Promise<void>;
  /** The merged root file system of an image as a tar. Errors: UNSUPPORTED (no image), ARCHIVE_INVALID, LIMIT_EXCEEDED. */
  exportRoot(image: Artifact, signal: AbortSignal): Bytes;
  /** Streams the parts, builds the manifest, pushes tag last. */
  publish(packed: Packed, to: Place, options: {
    readonly tags: readonly string[];
    readonly dryRun: boolean;
    readonly signal: AbortSignal;
  }): Promise<Published>;
  /**
   * The archive that is written to the location `-`, for the caller to hand on; to be asked for before that is opened,
   * and read after its commit: without one it has no bytes. Who does not ask gets it on standard output with the commit.
   */
  standardOutput?(): Bytes;
  /** Runs `work` while no other process of this machine holds `key` (fallback tags, layouts). */
  exclusive<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Asks a person; without a terminal: CONFIRMATION_REQUIRED unless `--yes`. */
  confirm(question: string, more?: Confirmation): Promise<void>;
  /** Secret input of `login`: from standard input or a prompt without echo. */
  readSecret(prompt: string): Promise<string>;
  /** One row once it listens; ends when the signal says so. */
  serve(options: ServeOptions): AsyncGenerator<Endpoint, void>;
  readonly warn: (message: string) => void;
  /** What a person may want to know (which kind was recognised); a line on standard error, silent under `-q`. */
  readonly note: (message: string) => void;
  readonly progress: OnTransfer;
}
/** Imports a built-in command by the name of its signature; undefined when there is none. */
declare function loadCommand(name: string): Promise<Command<Services> | undefined>;
interface TagFactsOptions {
  /** Also whether a signature refers to it, which says nothing of whose it is: one request more. */
  readonly signed?: boolean;
}
/** What a Tag row has besides its name, for one of them (`tagFacts`); its code is loaded when it is asked for. */
declare function loadTagFacts(reference: string, services: Services, signal: AbortSignal, options?: TagFactsOptions): Promise<Row>;
/** Something happened to one thing of a watched place. */
interface WatchEvent {
  readonly time: Date;
  readonly change: "new" | "gone" | "changed";
  readonly ref: string;
  readonly old?: Row;
  readonly new?: Row;
}
/** What a place held when it was asked, and what happened since the time before. */
type WatchRound = {
  readonly rows: readonly Row[];
  readonly events: readonly WatchEvent[];
} | {
  readonly error: unknown;
};
/** What is watched, and how often. */
interface WatchOptions {
  readonly location: string;
  /** Milliseconds between two questions. */
  readonly every: number;
  readonly services: Services;
  readonly signal: AbortSignal;
}
/** Asks again and again until the signal says so; a question that failed is a round too. Never throws. */
declare function watchRounds(options: WatchOptions): AsyncGenerator<WatchRound, void>;
/**
 * What happens, as it happens; ends after what `until` names (a change, or `any`). A failure that passes is a warning.
 * Errors: those of a question.
 */
declare function watchEvents(options: WatchOptions, until: unknown): AsyncGenerator<WatchEvent, void>;
/** It is what `--until` waits for. */
declare function isAwaitedChange({ change }: WatchEvent, until: unknown): boolean;
/** What a row is called: its reference, or all of it. */
declare function watchedName(row: Row): string;
/** What happened between two rounds; names are those of `watchedName`, `time` is when the second was asked. */
declare function watchDifferences(before: ReadonlyMap<string, Row>, now: ReadonlyMap<string, Row>, time: Date): readonly WatchEvent[];
export { type Access, type CacheView, type CachedBlob, type Confirmation, type Credential, type Credentials, type Endpoint, type ExtractFolderOptions, type FileTarget, type HealthCheck, type KindCommandScope, type KindInfo, type Kinds, type NamedPlace, type Opened, type OpenedRegistry, type PackFolderOptions, type PluginCheck, type PluginInfo, type Plugins, type Published, type RunOptions, type ServeOptions, type ServiceSetting, type Services, type Settings, type TargetRequest, type WatchEvent, type WatchOptions, type WatchRound, helpDocument, isAwaitedChange, loadCommand, loadTagFacts, signatures, watchDifferences, watchEvents, watchRounds, watchedName };