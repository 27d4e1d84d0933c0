// index.d.mts
import { Access, Access as Access$1, Confirmation, Confirmation as Confirmation$1, Opened, Opened as Opened$1, OpenedRegistry, Services, Services as Services$1, WatchEvent, WatchOptions, WatchRound, helpDocument, isAwaitedChange, loadCommand, loadTagFacts, signatures, watchDifferences, watchEvents, watchRounds, watchedName } from "@ocish/commands";
import { BoundCall, Command, CommonFlags, DeclaredOption, Files } from "@ocish/shell";
import { Annotations, Bytes, Description, Descriptor, Kind, KindContext, KindData, Match, Platform } from "@ocish/sdk";
import { OnTransfer, OnTransfer as OnTransfer$1, Registry, TransferEvent } from "@ocish/core";
import { CredentialLookup, TraceEvent, TraceEvent as TraceEvent$1 } from "@ocish/core/client";
/** Environment variables; nothing reads `process.env` behind them. */
type Env = Readonly<Record<string, string | undefined>>;
/** Where this program keeps its files; nothing here exists until somebody writes. */
interface Paths {
  /** `config.toml`, `config.json`. */
  readonly config: string;
  /** The content store. */
  readonly cache: string;
  /** Installed plugins. */
  readonly data: string;
  /** Tokens, history. */
  readonly state: string;
  /** Locks; gone after a restart. */
  readonly runtime: string;
}
/**
 * XDG base directories (specification 0.8: a relative value is ignored), each with `ocish` below it. `OCISH_CONFIG_DIR`,
 * `OCISH_CACHE_DIR`, `OCISH_DATA_DIR`, `OCISH_STATE_DIR` and `OCISH_RUNTIME_DIR` name the folder itself.
 */
declare function pathsFrom(env: Env, home: string): Paths;
/** What paths of a line start from. */
interface PathBase {
  readonly cwd: string;
  readonly home: string;
  /** Nothing outside of `cwd`, not through links either. */
  readonly restricted?: boolean;
}
/** A kind that can be found without its code. */
interface KindEntry extends KindData {
  /** The package that brings it. */
  readonly package: string;
  /** Imports the code; nothing else does. */
  readonly load: () => Promise<Kind>;
}
/** The kinds that come with the program. */
declare function builtInKinds(): readonly KindEntry[];
/** The kinds that come with the program, and those of the enabled plugins: two lists of data, no code. */
declare function allKinds(paths: Pick<Paths, "data"> | undefined): readonly KindEntry[];
/** A match from the configuration: it settles what packages leave equal. */
interface KindRule extends Match {
  readonly kind: string;
}
/** How one registry is reached. Paths are absolute. */
interface RegistrySettings {
  readonly alias?: string;
  readonly base?: string;
  readonly plainHttp?: boolean;
  readonly insecure?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly credentials?: string;
  readonly realms?: readonly string[];
  readonly mirrors?: readonly string[];
  readonly isDefault: boolean;
}
/** A value that is in force, and where it comes from (`OCISH_OUTPUT`, a file, `default`). */
interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
}
/** The configuration that is in force: files and environment merged, checked against its schema. */
interface Config {
  readonly registries: ReadonlyMap<string, RegistrySettings>;
  readonly rules: readonly KindRule[];
  /** The section `[kinds.NAME]`, not checked against the kind's own schema yet. */
  readonly kinds: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Abbreviations of the user and the project, by name. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** The file that `set` writes; absent: there is no folder for it. */
  readonly file?: string;
  /** A member of `defaults`, `limits` or `cache` (`defaults.concurrency`). */
  get(key: string): unknown;
  /** Every value that was set, dotted, with its origin. */
  settings(): readonly Setting[];
}
/** What the configuration says where no flag does. */
type CallDefaults = Partial<Pick<CommonFlags, "output" | "timeout" | "color">>;
/** The `[defaults]` that are flags of a call. */
declare function callDefaults(config: Config): CallDefaults;
/** A question as it is put to a person. */
interface Confirming {
  /** To be shown before; none of them is safe text yet. */
  readonly lines: readonly string[];
  readonly prompt: string;
  /** The answer says so; anything else is a no. */
  readonly agrees: (answer: string) => boolean;
}
/** How a question is put on one line of so many columns; `choice` says how yes and no are written. */
declare function confirming(question: string, { details, typed }: Confirmation$1, { choice, columns }: {
  readonly choice: string;
  readonly columns: number;
}): Confirming;
/** The part of JSON Schema that configurations need; other keywords are ignored. */
interface JsonSchema {
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** False: other members are an error. A schema: what they must be. */
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly default?: unknown;
}
/** The configuration file, as JSON Schema; `docs/config.schema.json` is made from it. */
declare const configSchema: JsonSchema;
/** A project's `.ocish.toml`: it comes with somebody's files, so it may not say where credentials go. */
declare const projectSchema: JsonSchema;
/** The flags that say how registries are reached. */
type ConnectionFlags = Partial<Pick<CommonFlags, "plainHttp" | "insecure" | "header" | "caFile" | "cert" | "key" | "resolve" | "concurrency" | "maxWait">>;
/** What a host may use: folders, credentials, connections. What is not given is not touched. */
interface HostOptions {
  /** Holds the content store, tokens, locks and `config/config.toml`. Absent: no file is read or written unasked. */
  readonly stateFolder?: string;
  /** `files`: those of Docker and podman, where `env` and `home` lead to them. Default: anonymous. */
  readonly credentials?: CredentialLookup | "files";
  /** What relative paths start from; default: the working folder. */
  readonly cwd?: string;
  /** For proxies, credential files and `OCISH_…`; default: nothing. */
  readonly env?: Env;
  /** Default: the user's. */
  readonly home?: string;
  /** How registries are reached. */
  readonly connection?: ConnectionFlags;
  /** How a remote registry is reached; default: over HTTP. */
  readonly connect?: (host: string) => Promise<Registry>;
  /** The kinds to choose from; default: those that come with the program. */
  readonly kinds?: readonly KindEntry[];
  /** The entry of an index to take; default: none where an index will do, else this machine's. */
  readonly platform?: Platform;
  /** Of the program that uses this library, for the user agent. */
  readonly version?: string;
  readonly warn?: (message: string) => void;
  readonly progress?: OnTransfer$1;
}
/** What every call of a host takes. An abort passes through as the signal's own reason. */
interface CallOptions {
  readonly signal?: AbortSignal;
}
/** `as`: the kind to take it for, where it is not found by what it is. Errors: KIND_UNKNOWN. */
interface KindCallOptions extends CallOptions {
  /** Take it as this kind. */
  readonly as?: string;
}
/** What `push` says about what it publishes beside what the kind does. */
interface PushOptions extends KindCallOptions {
  readonly artifactType?: string;
  readonly annotations?: Annotations;
  /** Further tags. */
  readonly tags?: readonly string[];
  /** Options of the kind, by name. */
  readonly options?: Readonly<Record<string, unknown>>;
}
/** How `pull` writes: `unpack` what is inside, `force` to replace what is there. Errors without it: FILE_EXISTS. */
interface PullOptions extends KindCallOptions {
  /** Replace what is in the folder. */
  readonly force?: boolean;
  /** Write what the kind makes of it, not the files with titles. */
  readonly unpack?: boolean;
}
/** What was pushed. */
interface PushResult {
  readonly ref: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  readonly tags: readonly string[];
  readonly kind?: string;
}
/** A description, and what it is one of. */
interface Described extends Description {
  readonly kind: string;
  readonly ref: string;
  readonly digest: string;
}
/** What a command is called with, by the names of its signature; what is absent has its default. */
interface CommandInput {
  readonly args: Readonly<Record<string, unknown>>;
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Options of the kind. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}
/**
 * The library's front door: registries, layouts, archives and the kinds, for programs. It keeps no global state, and
 * two of them know nothing of each other. Dispose it to close what it opened.
 */
interface Host extends AsyncDisposable {
  /** One repository of whatever holds artifacts. Errors: REFERENCE_INVALID, LOCATION_UNSUPPORTED, those of the place. */
  open(location: string, access?: Access$1): Promise<Opened$1>;
  /** What a tag points to now. Errors: MANIFEST_NOT_FOUND, and those of the place. */
  resolve(reference: string, options?: CallOptions): Promise<Descriptor>;
  /** The tags of a repository. */
  versions(repository: string, options?: CallOptions): AsyncIterable<string>;
  /** The view of the kind, and what can be said of any artifact. */
  describe(reference: string, options?: KindCallOptions): Promise<Described>;
  /** The model that a kind makes of an artifact, checked by its schema. Errors: KIND_INPUT_INVALID. */
  read<Model>(reference: string, kind: Kind<Model>, options?: CallOptions): Promise<Model>;
  /**
   * The full reference of a word as the kind of this name has it (`gs-base:^1` of a `klaus-plugin`); the word itself where the
   * kind knows none. Errors: KIND_UNKNOWN, TAG_NOT_FOUND, those of the kind.
   */
  fullName(word: string, kind: string, options?: CallOptions): Promise<string>;
  /** What an artifact needs, as its kind says; words that `fullName` of their `kind` takes. Errors: KIND_INPUT_INVALID. */
  dependencies<Model>(reference: string, kind: Kind<Model>, options?: CallOptions): Promise<ReturnType<NonNullable<Kind["dependencies"]>>>;
  /** Writes the files of an artifact into a folder, which appears as a whole. Answers their paths. */
  pull(reference: string, folder: string, options?: PullOptions): Promise<readonly string[]>;
  /** Packs files, or the folder of a kind, and pushes them. */
  push(paths: string | readonly string[], reference: string, options?: PushOptions): Promise<PushResult>;
  /** Any command of the shell or of a kind (`klaus deps`), with values for its parameters and flags; what asks for confirmation has it. */
  run(command: string, input: CommandInput): AsyncIterable<unknown>;
  /** What commands stand on, for everything else. */
  readonly services: Services$1;
}
/** Errors: CONFIG_INVALID. */
declare function createHost(options?: HostOptions): Promise<Host>;
/**
 * The local names that a pattern stands for, sorted: `*` and `?` within one component, `**` across them; `\` makes the
 * next character literal. Names with a dot in front are matched only by a pattern that has one.
 */
declare function expandPaths(pattern: string, base: PathBase, signal: AbortSignal): AsyncGenerator<string, void>;
/** The kinds' own commands as commands of the shell; a kind's code is imported when one of them runs. */
declare function kindCommands(entries: readonly KindEntry[]): readonly Command<Services$1>[];
/** The files that redirects and `save` name. Errors: FILE_NOT_FOUND, FILE_FAILED, RESTRICTED. */
declare function localFiles(base: PathBase): Files;
/** What a session is made from. Nothing of it is read from the process. */
interface SessionOptions {
  /** Of the program, for `version` and the user agent. */
  readonly version: string;
  /** What relative paths start from. */
  readonly cwd: string;
  /** Proxies, credential files of other tools, `OCISH_…`. */
  readonly env: Env;
  /** The user's home folder. */
  readonly home: string;
  /** Where files of its own are kept (`pathsFrom`). Absent: none is read or written. */
  readonly paths?: Paths;
  readonly flags?: Partial<CommonFlags>;
  /** No files outside of `cwd`, no credentials or settings changed, no kinds of plugins unless `kinds` names them. */
  readonly restricted?: boolean;
  /** The registries that may be asked; absent: any. */
  readonly allowHosts?: readonly string[];
  /** How a remote registry is reached; default: over HTTP. */
  readonly connect?: (host: string) => Promise<Registry>;
  /** What registries are told about the caller; default: what the files and helpers of Docker and podman hold. */
  readonly credentials?: CredentialLookup;
  /** Seconds for which tags and lists are taken from the store without asking the registry; default 0: it is asked. */
  readonly freshFor?: number;
  /** The kinds to choose from; default: those that come with the program, and the enabled plugins'. */
  readonly kinds?: readonly KindEntry[];
  /** Ends what the session does on its own account; single calls have their own. */
  readonly signal?: AbortSignal;
  /** Something that should not be overlooked. */
  readonly warn?: (message: string) => void;
  /** Something that may be of interest. */
  readonly note?: (message: string) => void;
  /** What the location `-` reads; opened once, and only when it is asked for. */
  readonly input?: () => Bytes;
  /** Where the location `-` writes to. */
  readonly output?: (bytes: Bytes) => Promise<void>;
  readonly progress?: OnTransfer$1;
  readonly kindProgress?: KindContext["progress"];
  readonly trace?: (event: TraceEvent$1) => void;
  /** Asks a person; absent: there is nobody to ask. */
  readonly confirm?: (question: string, more?: Confirmation$1) => Promise<boolean>;
  /** Reads a secret without showing it; absent: there is nobody to ask. */
  readonly readSecret?: (prompt: string) => Promise<string>;
}
/** The running state behind commands. Dispose it: it closes connections, files and the store. */
interface Session extends Services$1, AsyncDisposable {
  readonly config: Config;
  /** The kinds' own commands; their code is loaded when they run. */
  readonly kindCommands: readonly Command<Services$1>[];
  /** The flags of kinds that `push`, `pull`, `validate` and `convert` take. */
  readonly kindOptions: readonly DeclaredOption[];
}
/**
 * Reads the configuration; everything else is opened, and the code behind it loaded, at its first use.
 * Errors: CONFIG_INVALID, FILE_NOT_FOUND (`--config`), USAGE_INVALID_VALUE.
 */
declare function createSession(options: SessionOptions): Promise<Session>;
/** How the sessions of a program are made. */
interface SessionsOptions {
  /** Everything but the flags; asked for each session that is opened. */
  readonly options: () => Promise<Omit<SessionOptions, "flags" | "trace">>;
  /** Takes a line of what was asked and answered, where `--trace` was given. */
  readonly trace?: (line: string) => void;
}
/** The sessions of a program: calls with the same flags share one. */
declare class Sessions implements AsyncDisposable {
  #private;
  constructor(made: SessionsOptions);
  /** The one for these flags. Errors: CONFIG_INVALID, FILE_NOT_FOUND (`--config`), USAGE_INVALID_VALUE. */
  get(flags: Partial<CommonFlags>): Promise<Session>;
  /** Configuration or plugins changed: the next call finds them. */
  renew(): void;
  /** Closes every connection, whoever uses it; the next call opens its own. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
/** The common flags of a call; `push --config FILE` is the artifact's configuration, not ours. */
declare function callFlags({ signature, common }: BoundCall): CommonFlags;
export { type Access, type CallDefaults, type CallOptions, type CommandInput, type Config, type Confirmation, type Confirming, type Described, type Env, type Host, type HostOptions, type JsonSchema, type KindCallOptions, type KindEntry, type OnTransfer, type Opened, type OpenedRegistry, type PathBase, type Paths, type PullOptions, type PushOptions, type PushResult, type RegistrySettings, type Services, type Session, type SessionOptions, Sessions, type SessionsOptions, type Setting, type TraceEvent, type TransferEvent, type WatchEvent, type WatchOptions, type WatchRound, allKinds, builtInKinds, callDefaults, callFlags, configSchema, confirming, createHost, createSession, expandPaths, helpDocument, isAwaitedChange, kindCommands, loadCommand, loadTagFacts, localFiles, pathsFrom, projectSchema, signatures, watchDifferences, watchEvents, watchRounds, watchedName };