// client.d.mts
import { w as Registry } from "./registry.mjs";
/** What decides where credentials are looked for. */
interface CredentialEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** For `/run/containers/UID`; absent where there is none. */
  readonly uid?: number | undefined;
  readonly platform?: NodeJS.Platform;
}
/** One step of a conversation; texts carry no secrets. */
type TraceEvent = {
  readonly type: "request";
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
} | {
  readonly type: "response";
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly milliseconds: number;
} | {
  readonly type: "failure";
  readonly method: string;
  readonly url: string;
  readonly reason: string;
};
/** What a registry is told about the caller. `source` names where it was found, for error messages. */
type Credential = {
  readonly username: string;
  readonly password: string;
  readonly source: string;
} | {
  readonly identityToken: string;
  readonly username?: string;
  readonly source: string;
} | {
  readonly registryToken: string;
  readonly source: string;
};
/** Finds what to present to `host`; undefined: anonymous. `repository` is absent for calls on the whole registry. */
type CredentialLookup = (host: string, repository: string | undefined, signal: AbortSignal | undefined) => Promise<Credential | undefined> | Credential | undefined;
/** A bearer token and until when it holds, in milliseconds since 1970. */
interface CachedToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}
/**
 * Where tokens outlive the process. Keys are opaque texts without secrets; an expired entry may be dropped at any time.
 * Failures to store are the cache's own concern: neither method should reject.
 */
interface TokenCache {
  get(key: string): Promise<CachedToken | undefined> | CachedToken | undefined;
  set(key: string, token: string, expires: number): Promise<void> | void;
}
/**
 * Where the sessions of large uploads, and which hosts keep them, outlive the process: ids are addresses, and may be
 * secret. No method should reject.
 */
interface UploadMemory {
  get(key: string): Promise<string | undefined>;
  set(key: string, id: string): Promise<void>;
  delete(key: string): Promise<void>;
}
/** A request that will be repeated: why, and after how many seconds. */
interface RetryEvent {
  /** How long the next attempt waits. */
  readonly seconds: number;
  readonly reason: string;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly host: string;
}
/** In seconds. */
interface Timeouts {
  /** DNS, TCP and TLS; default 10. */
  readonly connect?: number;
  /** From the last byte of the request to the last header of the answer; default 60. */
  readonly headers?: number;
  /** Between two chunks of a body, in either direction; default 30. */
  readonly bodyIdle?: number;
  /** One whole small answer (manifest, list, token); default 120. */
  readonly answer?: number;
}
/** In bytes. */
interface Limits {
  /** Default 8 MiB. */
  readonly manifest?: number;
  /** Default 16 MiB. */
  readonly page?: number;
  /** Default 128 KiB. */
  readonly token?: number;
  /** Default 64 KiB. */
  readonly error?: number;
}
/** Proxies as the environment names them (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`). */
interface ProxySettings {
  readonly https?: string;
  readonly http?: string;
  readonly no?: string;
}
/** How one registry is reached. Everything has a default; nothing is read from the environment or the disk. */
interface ClientOptions {
  /** `auto` (default): plain HTTP on loopback names and addresses unless a TLS option is given, HTTPS elsewhere. */
  readonly plainHttp?: boolean | "auto";
  /** Certificates of this host name are not checked. */
  readonly insecure?: boolean;
  /** Further trusted authorities, PEM. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[];
  /** Client certificate, PEM; presented to the registry's own origin only. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** Sent to the registry's own origin only. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `HOST:PORT:ADDRESS`: connect there instead of asking DNS. */
  readonly resolve?: readonly string[];
  readonly userAgent?: string;
  readonly credentials?: CredentialLookup;
  /**
   * Whether a request may go to this address: the registry's own, or whatever it names (token services, redirects,
   * uploads). What it refuses fails with RESTRICTED before a connection is made. Default: any.
   */
  readonly mayContact?: (url: URL) => boolean;
  /** Hosts (`host[:port]`) besides the registry's own site whose token service may see its credentials. */
  readonly realms?: readonly string[];
  readonly tokenCache?: TokenCache;
  /** Lets an upload that a process left go on in the next one; default: it goes on within the process only. */
  readonly uploads?: UploadMemory;
  /** Bytes from which an upload that was cut goes on where the registry keeps what it has; default 64 MiB. */
  readonly resumableFrom?: number;
  /** A `Warning: 299` header, once per text; unescaped, control characters removed. */
  readonly onWarning?: (text: string, host: string) => void;
  /** Events are redacted before they exist: no credential, token, signed query or body. */
  readonly onTrace?: (event: TraceEvent) => void;
  readonly onRetry?: (event: RetryEvent) => void;
  readonly timeouts?: Timeouts;
  /** Attempts after the first one; default 5. */
  readonly retries?: number;
  /** First pause between attempts in seconds, doubled each time; default 0.25. */
  readonly backoff?: number;
  /** Longest pause in seconds, also when the registry asks for more (then it is an error); default 120. */
  readonly maxWait?: number;
  /**
   * Requests at a time, of each of three classes: small ones, downloads, uploads; default 8, and 16 to a host that is 10 ms
   * and more away as long as it asks for no pause.
   */
  readonly concurrency?: number;
  readonly proxy?: ProxySettings;
  /** Pages of one list; default 1,000. */
  readonly maxPages?: number;
  readonly limits?: Limits;
}
/** Where credentials are looked for, and who hears of files that cannot be read. */
interface CredentialOptions extends CredentialEnvironment {
  /** What was skipped and why; never a secret. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}
/** A host that has a credential. */
interface KnownCredential {
  /** `host[:port]`, or a part of one (`host/team`). */
  readonly host: string;
  readonly username?: string;
  readonly source: string;
}
/**
 * The credential for a repository from the files and helpers of Docker and podman (specs/distribution.md 2.8–2.10): the first
 * place that has one, in it the most specific. Errors: CREDENTIALS_INVALID, CREDENTIAL_HELPER_FAILED.
 */
declare function findCredential(host: string, repository: string | undefined, options: CredentialOptions): Promise<Credential | undefined>;
/** Every host with a credential, the first source of each. A helper that fails is warned about. */
declare function listCredentials(options: CredentialOptions): Promise<readonly KnownCredential[]>;
/** What `login` stores: a password, or the token that a registry gave in its place. */
type NewCredential = {
  readonly username: string;
  readonly password: string;
} | {
  readonly identityToken: string;
  readonly username?: string;
};
/** Where a credential is stored: in a helper, or in the file where none is named. */
interface StoreOptions extends CredentialOptions {
  /** The suffix of a helper program to keep this host's credential in from now on. */
  readonly helper?: string;
}
/** Where a credential went; `plain`: it can be read there by whoever reads the file. */
interface StoredCredential {
  /** Where it is. */
  readonly source: string;
  /** Readable by whoever can read the file. */
  readonly plain: boolean;
}
/**
 * Stores a credential in the first file that knows the host, else in Docker's configuration, or in the helper that this
 * file names. What else the file holds stays; it is replaced in one step and has mode 0600.
 * Errors: CREDENTIALS_INVALID, CREDENTIAL_HELPER_FAILED, FILE_FAILED.
 */
declare function storeCredential(host: string, credential: NewCredential, options: StoreOptions): Promise<StoredCredential>;
/**
 * Removes the credentials of a host from every file and helper that is looked at. Resolves to the places it was in.
 * Errors: CREDENTIALS_INVALID, CREDENTIAL_HELPER_FAILED, FILE_FAILED.
 */
declare function eraseCredential(host: string, options: CredentialOptions): Promise<readonly string[]>;
/**
 * A remote registry over HTTP (distribution-spec 1.1): `host` is `name[:port]` or `[v6]:port`. Nothing is sent, and undici not
 * loaded, before the first call; dispose it to close its sockets. Errors: REFERENCE_INVALID.
 */
declare function createClient(host: string, options?: ClientOptions): Registry;
/** Errors: RESTRICTED (`mayContact` says no). */
declare function checkContact(url: URL, { mayContact }: Pick<ClientOptions, "mayContact">): void;
/** Where the API of `host` (`name[:port]`, `[v6]:port`) is: scheme, name and port in their canonical spelling. */
declare function apiOrigin(host: string, options: ClientOptions): URL;
/** `HTTPS_PROXY`, `HTTP_PROXY` (lower case only, for `http_proxy` may be a request's header in CGI) and `NO_PROXY`. */
declare function proxyFromEnvironment(env: Readonly<Record<string, string | undefined>>): ProxySettings | undefined;
/** The proxy for `url`; undefined: connect directly. Loopback never goes through one. */
declare function proxyFor(url: URL, settings: ProxySettings | undefined): string | undefined;
/**
 * Asks a registry whether it takes a credential (specs/distribution.md 2.11): `/v2/`, with a token where it wants one.
 * Errors: REGISTRY_UNAUTHORIZED, REGISTRY_DENIED, REGISTRY_PROTOCOL (no registry there), and those of the network.
 */
declare function verifyCredential(host: string, credential: Credential, options?: ClientOptions, signal?: AbortSignal): Promise<void>;
export { type CachedToken, type ClientOptions, type Credential, type CredentialEnvironment, type CredentialLookup, type CredentialOptions, type KnownCredential, type Limits, type NewCredential, type ProxySettings, type RetryEvent, type StoreOptions, type StoredCredential, type Timeouts, type TokenCache, type TraceEvent, type UploadMemory, apiOrigin, checkContact, createClient, eraseCredential, findCredential, listCredentials, proxyFor, proxyFromEnvironment, storeCredential, verifyCredential };
// index.d.mts
import { A as Upload, C as Reader, D as Sink, E as Retry, O as StagedBlob, S as ReadOptions, T as ResumableContent, _ as Place, a as BlobExpectation, b as PushedManifest, c as Feed, d as Lister, f as ManifestContent, g as Page, h as MountResult, i as BlobContent, j as Writer, k as UnverifiedBytes, l as Freshness, m as MountOptions, n as Ability, o as CallOptions, p as ManifestStat, r as AdoptBlobOptions, s as Deleter, t as Abilities, u as ListOptions, v as PushBlobOptions, w as Registry, x as RangeContent, y as PushManifestOptions } from "./registry.mjs";
import { Bytes, Descriptor, Manifest, OcishError, OpenBytes, Platform } from "@ocish/sdk";
export * from "@ocish/sdk";
/** Adds how often something was tried, where that was more than once and nobody below has said so. */
declare function withAttempts(error: unknown, attempts: number): unknown;
/** A stream of copies: the receiver owns its chunks, the source stays as it is. */
declare function fromBytes(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined>;
/** Passes a stream through and tells the bytes so far after each chunk. */
declare function counted(bytes: Bytes, onCount: (total: number, chunk: Uint8Array) => void): AsyncGenerator<Uint8Array, void, undefined>;
/** Ends a stream with the signal's reason as soon as it is aborted, also while a chunk is awaited. */
declare function abortable(bytes: Bytes, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined>;
/** A manifest as received, and what it says. */
interface OpenedManifest extends Freshness {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}
/** Indexes within indexes that are followed. */
declare const maxIndexDepth = 8;
/** Reads a manifest by tag or digest. Errors: those of `openManifest`, and of `parseManifest`. */
declare function readManifest(place: Place, reference: string, options?: CallOptions): Promise<OpenedManifest>;
/**
 * Reads the manifest that a descriptor speaks of. Its size is checked, and the descriptor's media type is the one that
 * counts: some registries answer another one for the same bytes. Errors: as `readManifest`, and SIZE_MISMATCH.
 */
declare function readChild(place: Place, child: Descriptor, options?: CallOptions): Promise<OpenedManifest>;
/**
 * Follows indexes down to the manifest for a platform; what is no index stays what it is.
 * Errors: PLATFORM_NOT_FOUND, LIMIT_EXCEEDED (indexes nested too deep), and those of `readChild`.
 */
declare function descendToPlatform(place: Place, root: OpenedManifest, platform: Platform, options?: CallOptions): Promise<OpenedManifest>;
/** One event of a transfer, per descriptor; the only thing progress displays are made of. */
type TransferEvent = {
  readonly type: "waiting" | "probing" | "mounting";
  readonly descriptor: Descriptor;
} | {
  readonly type: "moving";
  readonly descriptor: Descriptor;
  readonly done: number;
} | {
  readonly type: "retrying";
  readonly descriptor?: Descriptor;
  readonly seconds: number;
  readonly reason: string;
} | {
  readonly type: "done";
  readonly descriptor: Descriptor;
  readonly how: "moved" | "mounted" | "existing" | "skipped";
};
/** Hears of every step of a transfer; called synchronously, so it must be quick. */
type OnTransfer = (event: TransferEvent) => void;
/** A budget of bytes per second that several transfers share. */
interface RateLimit {
  /** Resolves when so many bytes may pass. Rejects with the signal's reason. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
}
/**
 * A limit for all who take from it: whoever takes more than there is waits until the debt is paid, so that the order of
 * takers is kept and a large chunk needs no splitting. Errors: USAGE_INVALID_VALUE (not above 0).
 */
declare function createRateLimit(bytesPerSecond: number): RateLimit;
/**
 * A sink within a limit, where there is one. A slab comes in portions: the whole of it at once would hold everything up
 * for as long as it takes. Rejects with the reason of `signal`.
 */
declare function paced(sink: Sink, limit: RateLimit | undefined, signal: AbortSignal): Sink;
/** Runs an act while nobody else runs one with the same key. */
type Exclusive = <T>(key: string, act: () => Promise<T>) => Promise<T>;
/** Which referrers are wanted: those of one artifact type, or all. */
interface ListReferrersOptions extends CallOptions {
  readonly artifactType?: string;
}
/**
 * How the index of the tag schema is written (distribution-spec, Referrers Tag Schema): read, changed and written
 * under one lock.
 */
interface IndexReferrerOptions extends CallOptions {
  /** A lock across processes; default: within this process only. */
  readonly exclusive?: Exclusive;
}
/**
 * Who refers to a manifest: asked of the referrers API, or where there is none read from the tag schema
 * (distribution-spec, "Listing Referrers"). Errors: those of the registry; an unknown subject has no referrers.
 */
declare function listReferrers(place: Place, subject: string, options?: ListReferrersOptions): AsyncGenerator<Descriptor, void, undefined>;
/** How a referrer is listed: with its artifact type and annotations. */
declare function referrerDescriptor(descriptor: Descriptor, manifest: Manifest): Descriptor;
/**
 * Pushes a manifest and, where it has a subject that the registry did not index itself, enters it into the subject's
 * referrers tag. Errors: those of `pushManifest` and `indexReferrer`.
 */
declare function pushReferrer(place: Place, bytes: Uint8Array, options: PushManifestOptions & IndexReferrerOptions): Promise<PushedManifest>;
/**
 * Enters a referrer into the referrers tag of its subject. The tag is read, extended, written (`If-Match`, where that
 * is understood) and read back until the entry stays. Errors: MANIFEST_INVALID (the tag is something else),
 * PRECONDITION_FAILED (others kept changing it), MANIFEST_REFERS_TO_MISSING (the referrer is not there), and those of
 * the registry.
 */
declare function indexReferrer(place: Place, referrer: Descriptor, subject: string, options?: IndexReferrerOptions): Promise<void>;
/**
 * Takes a deleted referrer out of the referrers tag of its subject; where the registry has the API, or the tag does not
 * hold it, nothing happens. An empty index stays: deleting a tag is often not possible. Errors: as `indexReferrer`.
 */
declare function removeReferrer(place: Place, referrer: string, subject: string, options?: IndexReferrerOptions): Promise<void>;
/** Why something was not moved: it is there, its content lives elsewhere (`urls`), or `preCopy` said so. */
type SkipReason = "existing" | "foreign" | "hook";
/**
 * What becomes of an index of which not all platforms are wanted: a new index with the wanted ones (another digest, so
 * that signatures of the old one no longer match), the index as it is without what was not copied (most registries
 * refuse it), or an error.
 */
type IndexMode = "rewrite" | "sparse" | "fail";
/** Which referrers are wanted, at each depth; those that only a tag connects have no type, and are none of them. */
interface ReferrerFilter {
  /** One of these; absent: any. */
  readonly artifactType?: string | readonly string[];
  /** None of these. */
  readonly except?: readonly string[];
}
/** What `copy` takes along, what it leaves, and how fast it goes. */
interface CopyOptions {
  readonly signal?: AbortSignal;
  /**
   * Transfers at a time, and as many questions beside them; default 8, and 16 of blobs below 4 MiB as far as the registries
   * let them; a target without `concurrentWrites` gets one.
   */
  readonly concurrency?: number;
  /** Tags that point to the root afterwards; none: by digest only. */
  readonly tags?: readonly string[];
  /** Copies only what an index has for this platform: the root becomes another one. */
  readonly platform?: Platform;
  /** Copies of each index what is there for one of these platforms; what is no index is copied as it is. */
  readonly platforms?: readonly Platform[];
  /** What `platforms` does to an index that has more; default `fail`. */
  readonly index?: IndexMode;
  /** Replaces the root, after `platform`; the answer is read from the source. */
  readonly mapRoot?: (root: OpenedManifest) => Descriptor | Promise<Descriptor>;
  /**
   * Manifests that refer to what is copied, to all depths: signatures, SBOMs, attestations. `true` takes in those that
   * only a tag connects (cosign: `sha256-<hex>.sig`, `.att`, `.sbom`), with their tags.
   */
  readonly referrers?: boolean | ReferrerFilter;
  /** Moves layers whose content lives at their `urls` too. */
  readonly includeForeign?: boolean;
  /** Repositories of the target's registry that may hold a blob; the source's own is known where both are one registry. */
  readonly mountFrom?: (blob: Descriptor) => readonly string[] | Promise<readonly string[]>;
  /** Replaces what a manifest points down to. */
  readonly successors?: (node: OpenedManifest) => readonly Descriptor[];
  /** `skip`: neither this nor what is below it. */
  readonly preCopy?: (descriptor: Descriptor) => "skip" | void | Promise<"skip" | void>;
  readonly postCopy?: (descriptor: Descriptor) => void | Promise<void>;
  readonly skipped?: (descriptor: Descriptor, reason: SkipReason) => void | Promise<void>;
  readonly mounted?: (descriptor: Descriptor, from: string) => void | Promise<void>;
  readonly onTransfer?: OnTransfer;
  /** For the bytes of blobs; several copies may share one. */
  readonly rateLimit?: RateLimit;
  /** A lock across processes for the referrers tag of old registries; default: within this process. */
  readonly exclusive?: Exclusive;
}
/** How many, and how many bytes of the blobs among them. */
interface CopyCounts {
  readonly manifests: number;
  readonly blobs: number;
  readonly bytes: number;
}
/** What `copy` did, counted; bytes and numbers of blobs and manifests. */
interface CopyResult {
  /** What the target holds now. */
  readonly descriptor: Descriptor;
  /** What the reference pointed to at the source; another one than `descriptor` where the root was replaced. */
  readonly source: Descriptor;
  readonly tags: readonly string[];
  readonly moved: CopyCounts;
  /** Found at the target; what is below a manifest that was found is not counted. */
  readonly existing: CopyCounts;
  readonly mounted: CopyCounts;
  readonly skipped: CopyCounts;
  readonly referrers: number;
  /** What a person should know about what was made, as whole sentences without their full stops. */
  readonly notices: readonly string[];
}
/**
 * Copies a graph: what `reference` points to at the source, and all below it. A manifest is written after all it points
 * to, the root last, with its tags; what is at the target ends its subtree; equal blobs are moved once. Bytes arrive as
 * they are, so digests stay; at the end the digest in the answer to the PUT of the root has to be the source's, which
 * costs no further request. Where everything is there already it costs one request on each side.
 *
 * Errors: those of both sides, with `details.side` and `details.descriptor`; PLATFORM_NOT_FOUND; LIMIT_EXCEEDED (indexes
 * or referrers nested deeper than 8, more than 10,000 manifests); MANIFEST_INVALID (a cycle).
 */
declare function copy(source: Place, reference: string, target: Place, options?: CopyOptions): Promise<CopyResult>;
/**
 * Delivers a blob from byte `start` on by the fastest way its registry has; unverified, as `Feed` says.
 * Errors: those of `openBlob`.
 */
declare function pumpBlob(place: Place, blob: Descriptor, start: number, sink: Sink, options?: CallOptions): Promise<void>;
/** `pumpBlob` over what every registry has: the reference for the fast ways. */
declare function pumpPlainly({ registry, repository }: Place, blob: Descriptor, start: number, sink: Sink, options?: CallOptions): Promise<void>;
/** Hands everything on to another registry: the base of filters, which override what they change. */
declare class ForwardingRegistry implements Registry {
  /** The registry behind. */
  protected readonly inner: Registry;
  readonly pump?: NonNullable<Registry["pump"]>;
  readonly pumpRange?: NonNullable<Registry["pumpRange"]>;
  readonly receiveBlob?: NonNullable<Registry["receiveBlob"]>;
  readonly blobLocations?: NonNullable<Registry["blobLocations"]>;
  readonly blobFile?: NonNullable<Registry["blobFile"]>;
  readonly adoptBlob?: NonNullable<Registry["adoptBlob"]>;
  constructor(inner: Registry);
  get name(): string;
  get abilities(): Abilities;
  openManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestContent>;
  statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat>;
  openBlob(repository: string, blob: Descriptor | string, options?: CallOptions): Promise<BlobContent>;
  openRange(repository: string, digest: string, start: number, options?: CallOptions): Promise<RangeContent>;
  statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor>;
  pushBlob(repository: string, expected: BlobExpectation, open: OpenBytes, options?: PushBlobOptions): Promise<Descriptor>;
  startUpload(repository: string, options?: CallOptions & {
    readonly algorithm?: string;
  }): Promise<Upload>;
  resumeUpload(repository: string, id: string, options?: CallOptions): Promise<Upload>;
  mountBlob(repository: string, digest: string, from?: string, options?: MountOptions): Promise<MountResult>;
  pushManifest(repository: string, bytes: Uint8Array, options: PushManifestOptions): Promise<PushedManifest>;
  deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void>;
  deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void>;
  deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void>;
  repositories(options?: ListOptions): AsyncIterable<string>;
  tags(repository: string, options?: ListOptions): AsyncIterable<string>;
  referrers(repository: string, subject: string, options?: ListOptions & {
    readonly artifactType?: string;
  }): AsyncIterable<Descriptor>;
  commit(options?: CallOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  /** What `pump` does where the registry behind has one. */
  protected pumpThrough(repository: string, descriptor: Descriptor, sink: Sink, options?: CallOptions): Promise<void>;
  protected pumpRangeThrough(repository: string, descriptor: Descriptor, start: number, sink: Sink, options?: CallOptions): Promise<void>;
  protected receiveBlobThrough(repository: string, expected: Descriptor, feed: Feed, options?: CallOptions): Promise<Descriptor>;
  protected blobLocationsThrough(digest: string): Promise<readonly string[]>;
  protected blobFileThrough(repository: string, digest: string, options?: CallOptions): Promise<string | undefined>;
  protected adoptBlobThrough(repository: string, expected: Descriptor, file: string, options?: CallOptions): Promise<Descriptor>;
}
/** One call that has ended. */
interface LoggedCall {
  readonly registry: string;
  readonly method: Exclude<keyof Registry, "name" | "abilities" | symbol>;
  readonly repository?: string;
  /** The tag or digest, where the call has one. */
  readonly target?: string;
  /** Until the answer (of a list: until its end); a body is read after it. */
  readonly milliseconds: number;
  /** What it failed with. */
  readonly error?: unknown;
}
/** The same registry; each call is told once it has ended. */
declare function logged(registry: Registry, log: (call: LoggedCall) => void): Registry;
/** The same registry without its writers and deleters: they answer UNSUPPORTED. */
declare function readOnly(registry: Registry): Registry;
/** The repositories below `prefix` (`team/`), by what follows it. Nothing outside can be named. */
declare function scoped(registry: Registry, prefix: string): Registry;
/** What of a registry is shown; what is left out looks as if it were not there. */
interface Selection {
  readonly repositories?: (repository: string) => boolean;
  /** Digests are not asked for: what is known by digest stays readable within a selected repository. */
  readonly tags?: (repository: string, tag: string) => boolean;
}
/**
 * The same registry with only some repositories and tags: the others are not listed and not found. Writing to them is
 * REGISTRY_DENIED.
 */
declare function select(registry: Registry, selection: Selection): Registry;
/**
 * Whether a name fits a pattern: `*` within one segment, `**` across segments, `?` one character that is no `/`; every
 * other character is itself. Takes time in proportion to both lengths, whatever the pattern.
 */
declare function globMatch(pattern: string, name: string): boolean;
/** The tags of a repository that fit one of the patterns; all of them without patterns. Errors: those of `tags`. */
declare function matchingTags({ registry, repository }: Place, patterns?: readonly string[], options?: CallOptions): AsyncGenerator<string, void, undefined>;
/** What a registry in memory is called and cannot do. */
interface MemoryRegistryOptions {
  /** Default: `memory`, `memory-2`, … : copy takes two registries of one name for the same one. */
  readonly name?: string;
  /** Abilities to do without: `{ referrers: false }` behaves as a registry of the time before the API. */
  readonly abilities?: Partial<Record<"mount" | "range" | "referrers" | "tagDelete" | "delete" | "deferredDigest" | "chunked", false>>;
  /** Take manifests whose parts are not there (what distribution-spec calls a sparse index). */
  readonly sparse?: boolean;
}
/** A registry that lives as long as the object: for tests, demos and what is built before it is written. */
declare function createMemoryRegistry(options?: MemoryRegistryOptions): Registry;
/**
 * Serves a list that is at hand as `Lister` promises: sorted by bytes, `last` exclusive, pages reported, an unchanged
 * list is NOT_MODIFIED. `keyOf` is what is sorted and what `last` means.
 */
declare function paged<T>(entries: Iterable<T>, keyOf: (entry: T) => string, options?: ListOptions): AsyncGenerator<T, void, undefined>;
/** The ETag of a list: it changes when an entry does. */
declare function listEtag(keys: readonly string[]): string;
/** The ETag of a manifest, as CNCF Distribution writes it. */
declare function manifestEtag(digest: string): string;
/** The answer to `ifNoneMatch` that holds. */
declare function notModified(): OcishError;
/** Waits so many milliseconds. Rejects with the reason of `signal`, untouched. */
declare function pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
/**
 * Reads `os/architecture[/variant]`; other spellings (`x86_64`, `aarch64`) are put right, default variants dropped.
 * Errors: USAGE_INVALID_VALUE.
 */
declare function parsePlatform(text: string): Platform;
/** `linux/arm/v7`; a default variant is not written. */
declare function formatPlatform(platform: Platform): string;
/** The platform whose images run here: linux on the machine's architecture, on every system. */
declare function hostPlatform(): Platform;
/**
 * How well an offer fits: 0 is exact, more is worse, undefined is not at all. Variants are ordered as in containerd:
 * one that asks for arm/v7 takes v6 and v5, nearest first; but never another architecture.
 */
declare function platformDistance(wanted: Platform, offered: Platform): number | undefined;
/** The entry that fits best, the first of equals; those without a platform fit nothing. */
declare function selectPlatform(entries: readonly Descriptor[], wanted: Platform): Descriptor | undefined;
/** What a manifest points down to, in the order of the document: the configuration first; the subject is not one. */
declare function successors(manifest: Manifest): readonly Descriptor[];
/** The successors a registry must hold before it takes the manifest: all but those whose content lives elsewhere. */
declare function requiredParts(manifest: Manifest): readonly Descriptor[];
/** Pieces of work that must not meet: each begins when the one before has ended, also when that failed. */
declare class Turns {
  #private;
  /** Runs `work` after everything that was taken before. Errors: those of `work`. */
  take<T>(work: () => T | Promise<T>): Promise<T>;
  /** Resolves when all that was taken so far has ended; whether it failed is told to who took it. */
  ended(): Promise<void>;
}
/** The registry could not answer, as against answering no. */
declare function isUnanswered(error: unknown): error is OcishError;
/** Nothing declared: what a registry starts from. */
declare const noAbilities: Abilities;
/** The error of a method whose ability is not declared. */
declare function unsupported(registry: string, what: string): OcishError;
/** A registry whose every method answers UNSUPPORTED: the base of those that implement only some. */
declare class UnsupportedRegistry implements Registry {
  #private;
  readonly name: string;
  readonly abilities: Abilities;
  constructor(name: string);
  openManifest(_repository: string, _reference: string, _options?: ReadOptions): Promise<ManifestContent>;
  statManifest(_repository: string, _reference: string, _options?: ReadOptions): Promise<ManifestStat>;
  openBlob(_repository: string, _blob: Descriptor | string, _options?: CallOptions): Promise<BlobContent>;
  openRange(_repository: string, _digest: string, _start: number, _options?: CallOptions): Promise<RangeContent>;
  statBlob(_repository: string, _digest: string, _options?: CallOptions): Promise<Descriptor>;
  pushBlob(_repository: string, _expected: BlobExpectation, _open: OpenBytes, _options?: PushBlobOptions): Promise<Descriptor>;
  startUpload(_repository: string, _options?: CallOptions & {
    readonly algorithm?: string;
  }): Promise<Upload>;
  resumeUpload(_repository: string, _id: string, _options?: CallOptions): Promise<Upload>;
  mountBlob(_repository: string, _digest: string, _from?: string, _options?: MountOptions): Promise<MountResult>;
  pushManifest(_repository: string, _bytes: Uint8Array, _options: PushManifestOptions): Promise<PushedManifest>;
  deleteBlob(_repository: string, _digest: string, _options?: CallOptions): Promise<void>;
  deleteManifest(_repository: string, _digest: string, _options?: CallOptions): Promise<void>;
  deleteTag(_repository: string, _tag: string, _options?: CallOptions): Promise<void>;
  repositories(_options?: ListOptions): AsyncIterable<string>;
  tags(_repository: string, _options?: ListOptions): AsyncIterable<string>;
  referrers(_repository: string, _subject: string, _options?: ListOptions & {
    readonly artifactType?: string;
  }): AsyncIterable<Descriptor>;
  commit(_options?: CallOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
/** What content is checked against; without a size only the digest is. */
interface Expected {
  readonly digest: string;
  /** Bytes. */
  readonly size?: number;
}
/** How `verified` is ended early. */
interface VerifyOptions {
  readonly signal?: AbortSignal;
}
/**
 * Passes a stream through, hashing and counting: it throws after the last byte when size or digest differ, and at once
 * when more bytes than expected arrive. Nothing built from it may become visible before it has ended.
 * Errors: DIGEST_MISMATCH, SIZE_MISMATCH, DIGEST_INVALID (an algorithm that cannot be verified).
 */
declare function verified(bytes: Bytes, expected: Expected, options?: VerifyOptions): AsyncGenerator<Uint8Array, void, undefined>;
/** Errors: DIGEST_MISMATCH. */
declare function checkDigest(expected: string, actual: string): void;
/** Errors: SIZE_MISMATCH. */
declare function checkSize(expected: Expected, actual: number): void;
export { type Abilities, type Ability, type AdoptBlobOptions, type BlobContent, type BlobExpectation, type CallOptions, type CopyCounts, type CopyOptions, type CopyResult, type Deleter, type Exclusive, type Expected, type Feed, ForwardingRegistry, type Freshness, type IndexMode, type IndexReferrerOptions, type ListOptions, type ListReferrersOptions, type Lister, type LoggedCall, type ManifestContent, type ManifestStat, type MemoryRegistryOptions, type MountOptions, type MountResult, type OnTransfer, type OpenedManifest, type Page, type Place, type PushBlobOptions, type PushManifestOptions, type PushedManifest, type RangeContent, type RateLimit, type ReadOptions, type Reader, type ReferrerFilter, type Registry, type ResumableContent, type Retry, type Selection, type Sink, type SkipReason, type StagedBlob, type TransferEvent, Turns, UnsupportedRegistry, type UnverifiedBytes, type Upload, type VerifyOptions, type Writer, abortable, checkDigest, checkSize, copy, counted, createMemoryRegistry, createRateLimit, descendToPlatform, formatPlatform, fromBytes, globMatch, hostPlatform, indexReferrer, isUnanswered, listEtag, listReferrers, logged, manifestEtag, matchingTags, maxIndexDepth, noAbilities, notModified, paced, paged, parsePlatform, pause, platformDistance, pumpBlob, pumpPlainly, pushReferrer, readChild, readManifest, readOnly, referrerDescriptor, removeReferrer, requiredParts, scoped, select, selectPlatform, successors, unsupported, verified, withAttempts };
// registry.d.mts
import { Bytes, Descriptor, OpenBytes } from "@ocish/sdk";
/**
 * The centre of the house: everything that holds artifacts implements `Registry` — the Distribution client, the
 * content store, an image layout, an archive, memory, and every filter over another one.
 *
 * Conventions for all methods: `repository` is a path without the host (`team/app`); `reference` is a tag or a digest;
 * what waits takes `signal` and rejects with its reason; a method whose ability is not declared answers UNSUPPORTED.
 */
/** `unknown`: only asking tells (a remote registry); the method then works or answers UNSUPPORTED. */
type Ability = boolean | "unknown";
/** What a registry can do, so that a caller need not try. `unknown` is found out by the first call that needs it. */
interface Abilities {
  /** `mountBlob` can answer `mounted: true`. */
  readonly mount: Ability;
  /** `openRange` works. */
  readonly range: Ability;
  /** `referrers` works (the API, not the tag schema). */
  readonly referrers: Ability;
  readonly tagDelete: Ability;
  /** Manifests by digest and blobs can be deleted. */
  readonly delete: Ability;
  /** Writes and deletes answer UNSUPPORTED. */
  readonly readOnly: boolean;
  /** Several writes at a time; an archive has none. */
  readonly concurrentWrites: boolean;
  /** `pushBlob` without a digest: it is learnt at the end. */
  readonly deferredDigest: boolean;
  /** `startUpload` and `resumeUpload` work. */
  readonly chunked: Ability;
  /** `pump` exists: the fast body path between two of ours. */
  readonly pump: boolean;
}
/** A request that failed in passing is sent again after a pause. */
interface Retry {
  /** How long the next attempt waits. */
  readonly seconds: number;
  readonly reason: string;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** What was moved of it counts for nothing, and is moved again. */
  readonly fromStart?: true;
}
/** What every call of a registry takes. An abort passes through as the signal's own reason. */
interface CallOptions {
  readonly signal?: AbortSignal;
  /** Told before each pause. Only what asks over a network repeats anything. */
  readonly onRetry?: (retry: Retry) => void;
}
/** How a manifest or a list is read: with an entity tag the answer may be NOT_MODIFIED. */
interface ReadOptions extends CallOptions {
  /** The ETag the caller holds: an unchanged answer is the error NOT_MODIFIED (an answer, not a fault). */
  readonly ifNoneMatch?: string;
}
/** How an answer that was kept may be asked for again (RFC 9110 §8.8.3), and how old it is. */
interface Freshness {
  readonly etag?: string;
  /** Seconds since the origin said so; 0 or absent: just now. */
  readonly age?: number;
}
/** The exact bytes as received; `descriptor.mediaType` is the Content-Type without parameters. */
interface ManifestContent extends Freshness {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}
/** What a HEAD says of a manifest: its descriptor without its bytes. */
interface ManifestStat extends Freshness {
  readonly descriptor: Descriptor;
}
/** A blob that is being read. */
interface BlobContent {
  /** Size is known before the first byte. */
  readonly descriptor: Descriptor;
  /** Verified: the iteration throws DIGEST_MISMATCH or SIZE_MISMATCH after the last byte. Iterate it once. */
  readonly bytes: Bytes;
}
declare const unverified: unique symbol;
/** Bytes of a part of a blob, which nothing can vouch for; only resume and seek indexes use them. */
type UnverifiedBytes = Bytes & {
  readonly [unverified]?: true;
};
/** A part of a blob, from `start`. It proves nothing: only who has all bytes can check the digest. */
interface RangeContent {
  readonly start: number;
  /** Size of the whole blob. */
  readonly total: number;
  readonly bytes: UnverifiedBytes;
}
/** The part of a registry that reads. */
interface Reader {
  /**
   * Errors: MANIFEST_NOT_FOUND, REPOSITORY_NOT_FOUND, NOT_MODIFIED, DIGEST_MISMATCH (asked by digest), LIMIT_EXCEEDED
   * (> 8 MiB), MANIFEST_INVALID (mediaType and Content-Type contradict).
   */
  openManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestContent>;
  /** Errors: as `openManifest`. */
  statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat>;
  /** `blob`: a descriptor where one is known (size is checked too), else a digest. Errors: BLOB_NOT_FOUND, DIGEST_INVALID. */
  openBlob(repository: string, blob: Descriptor | string, options?: CallOptions): Promise<BlobContent>;
  /** From `start` to the end. Errors: BLOB_NOT_FOUND, UPLOAD_RANGE_INVALID (start beyond the end), UNSUPPORTED. */
  openRange(repository: string, digest: string, start: number, options?: CallOptions): Promise<RangeContent>;
  /** Errors: BLOB_NOT_FOUND. */
  statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor>;
}
/** What is known of a blob before it is written; what differs in the end is DIGEST_MISMATCH or SIZE_MISMATCH. */
interface BlobExpectation {
  /** Absent: needs the ability `deferredDigest`. */
  readonly digest?: string;
  /** Bytes. */
  readonly size?: number;
  readonly mediaType?: string;
}
/** What is known of a file whose content is taken. */
interface AdoptBlobOptions extends CallOptions {
  /**
   * Whoever calls has hashed exactly these bytes while it wrote the file, which nobody else can write: shared by the file
   * system, they are not read again.
   */
  readonly isHashed?: boolean;
}
/** An upload to go on with, and where its bytes come from. */
interface PushBlobOptions extends CallOptions {
  /** Continue this session (what a refused mount left) instead of starting one. */
  readonly upload?: Upload;
  /** The same content by the fast body path, for a target that can use it; it is verified here then. */
  readonly feed?: Feed;
  /** The same content from a byte on, unverified: an upload that goes on then reads no more than what is missing. */
  readonly openFrom?: (start: number) => Bytes;
}
/** A chunked upload. `id` resumes it later (in another process too, where the registry keeps the bytes). */
interface Upload {
  readonly id: string;
  /** Bytes the registry holds. */
  readonly offset: number;
  /** Smallest chunk the registry takes, but for the last one. */
  readonly minimumChunk?: number;
  /** Appends; resolves when the registry has it. Errors: UPLOAD_NOT_FOUND, UPLOAD_RANGE_INVALID. */
  write(chunk: Uint8Array | Bytes, options?: CallOptions): Promise<void>;
  /** Errors: DIGEST_MISMATCH (the session is gone), UPLOAD_NOT_FOUND. */
  commit(digest: string, options?: CallOptions): Promise<Descriptor>;
  /** Never fails because the session is gone already. */
  cancel(options?: CallOptions): Promise<void>;
}
/** Either the blob is mounted, or the registry has begun an upload instead; neither: it can do nothing of the two. */
interface MountResult {
  /** Set when the blob is now in the repository. */
  readonly mounted?: Descriptor;
  /** Set when the registry refused and opened a session instead. */
  readonly upload?: Upload;
}
/** What is known of a blob that is to be mounted from another repository. */
interface MountOptions extends CallOptions {
  /** The blob's size where the caller knows it: it saves a remote registry the request that finds it out. */
  readonly size?: number;
}
/** What a manifest is pushed as, and which tags shall point to it. */
interface PushManifestOptions extends CallOptions {
  readonly mediaType: string;
  /** Tags that point to it afterwards; none: by digest only. */
  readonly tags?: readonly string[];
  /** The digest it is stored under (sha512 callers); default sha256 of the bytes. */
  readonly digest?: string;
  /** Write the tag only when it still has this ETag; `*` with `ifNoneMatch`: only when it does not exist. Errors: PRECONDITION_FAILED. */
  readonly ifMatch?: string;
  readonly ifNoneMatch?: "*";
  /** Take it though blobs or manifests that it names are missing (a sparse index). */
  readonly sparse?: boolean;
}
/** What a registry has taken: the manifest, its tags, and the subject where the registry keeps referrers. */
interface PushedManifest {
  readonly descriptor: Descriptor;
  readonly tags: readonly string[];
  /** The subject digest that the registry said it indexed; absent: the tag schema is the caller's duty. */
  readonly subject?: string;
}
/** The part of a registry that writes. */
interface Writer {
  /**
   * Verifies what it wrote; a failure leaves nothing visible.
   * Errors: DIGEST_MISMATCH, SIZE_MISMATCH, DIGEST_INVALID, UNSUPPORTED.
   */
  pushBlob(repository: string, expected: BlobExpectation, open: OpenBytes, options?: PushBlobOptions): Promise<Descriptor>;
  /** Errors: UNSUPPORTED. */
  startUpload(repository: string, options?: CallOptions & {
    readonly algorithm?: string;
  }): Promise<Upload>;
  /** Asks for the offset. Errors: UPLOAD_NOT_FOUND, UNSUPPORTED. */
  resumeUpload(repository: string, id: string, options?: CallOptions): Promise<Upload>;
  /** `from` absent: any repository that has it. A refusal is an answer, never an error. */
  mountBlob(repository: string, digest: string, from?: string, options?: MountOptions): Promise<MountResult>;
  /** Errors: DIGEST_MISMATCH, MANIFEST_INVALID, MANIFEST_REFERS_TO_MISSING, LIMIT_EXCEEDED, PRECONDITION_FAILED. */
  pushManifest(repository: string, bytes: Uint8Array, options: PushManifestOptions): Promise<PushedManifest>;
}
/** The part of a registry that deletes. */
interface Deleter {
  /** Errors: BLOB_NOT_FOUND, UNSUPPORTED. */
  deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void>;
  /** The manifest and every tag on it. Errors: MANIFEST_NOT_FOUND, UNSUPPORTED. */
  deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void>;
  /** The tag only. Errors: MANIFEST_NOT_FOUND, UNSUPPORTED. */
  deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void>;
}
/** One page of a list: how many entries it had, and how it may be asked for again. */
interface Page extends Freshness {
  readonly count: number;
}
/** Which part of a list is wanted, and in what portions. */
interface ListOptions extends ReadOptions {
  /** Entries after this one, in byte order. */
  readonly last?: string;
  /** A wish; registries cap it. */
  readonly pageSize?: number;
  /** Called once for each page that arrives. */
  readonly onPage?: (page: Page) => void;
}
/** The part of a registry that lists. */
interface Lister {
  /** Sorted by bytes. Errors: UNSUPPORTED. */
  repositories(options?: ListOptions): AsyncIterable<string>;
  /** Sorted by bytes where the registry sorts. Errors: REPOSITORY_NOT_FOUND, NOT_MODIFIED. */
  tags(repository: string, options?: ListOptions): AsyncIterable<string>;
  /** Descriptors with artifactType and annotations; none for an unknown subject. Errors: UNSUPPORTED. */
  referrers(repository: string, subject: string, options?: ListOptions & {
    readonly artifactType?: string;
  }): AsyncIterable<Descriptor>;
}
/** Where `pump` delivers, one slab after the other; the slab may be reused as soon as the promise resolves. */
type Sink = (slab: Uint8Array) => Promise<void> | void;
/** Delivers all bytes of one blob from `start` to its end. Nothing vouches for them: whoever receives them verifies. */
type Feed = (start: number, sink: Sink) => Promise<void>;
/** Content of which every part that arrived is kept for the next attempt. */
interface ResumableContent extends BlobContent {
  /** The bytes are where they belong: nothing needs to be kept. Never throws. */
  drop(): Promise<void>;
}
/**
 * A blob that has arrived whole and was verified, for a file of the caller's. Dispose it when it was saved, or is not
 * wanted: what is still here then is found by the next attempt.
 */
interface StagedBlob extends AsyncDisposable {
  /**
   * Makes it the content of an empty file that is there, whose mode and group stay; the file shares nothing with what is
   * kept here. By a rename where that gives the same; `keep`: in any case by a copy, so that it can be saved again.
   * Errors: FILE_FAILED.
   */
  saveTo(file: string, options?: CallOptions & {
    readonly keep?: boolean;
  }): Promise<void>;
  /** The bytes are where they belong: nothing needs to be kept. Never throws. */
  drop(): Promise<void>;
}
/**
 * Everything a registry can do, whatever is behind it: a server, a layout, an archive, the store, memory. Dispose it
 * to end what it holds open.
 */
interface Registry extends Reader, Writer, Deleter, Lister, AsyncDisposable {
  /** How errors and progress name it: `ghcr.io`, `oci:./dir`, `memory`. */
  readonly name: string;
  readonly abilities: Abilities;
  /** Makes what was written visible where that is one act (an archive's footer and rename); a no-op elsewhere. */
  commit(options?: CallOptions): Promise<void>;
  /** The fast body path; present when `abilities.pump`. Verifies like `openBlob`. */
  pump?(repository: string, descriptor: Descriptor, sink: Sink, options?: CallOptions): Promise<void>;
  /** `pump` from byte `start` on: unverified, but exactly `descriptor.size - start` bytes. Present where `pump` is, or not. */
  pumpRange?(repository: string, descriptor: Descriptor, start: number, sink: Sink, options?: CallOptions): Promise<void>;
  /**
   * Takes a blob of which a part may be here: what an interrupted call left stays, by digest and also between
   * processes, so that the feed is asked for the rest alone; of several that want the same blob at once one is fed.
   * Errors: as `pushBlob`, and those of the feed; after DIGEST_MISMATCH nothing is kept.
   */
  receiveBlob?(repository: string, expected: Descriptor, feed: Feed, options?: CallOptions): Promise<Descriptor>;
  /** Repositories that are known, without asking, to hold or have held the blob: candidates for `mountBlob`. */
  blobLocations?(digest: string): Promise<readonly string[]>;
  /**
   * The local file that holds exactly the blob's bytes, where there is one: it never changes, and nothing has verified
   * it. With `adoptBlob` of another registry of this machine, content moves without being read and written.
   */
  blobFile?(repository: string, digest: string, options?: CallOptions): Promise<string | undefined>;
  /**
   * What each entry of that tag names, in the order of the file: two where an `index.json` holds the tag twice (the last
   * one is what the tag reads as), none for no such tag. Present where a file holds tags that nothing keeps unique.
   */
  tagDigests?(repository: string, tag: string, options?: CallOptions): Promise<readonly string[]>;
  /**
   * `openBlob` for what takes long: what arrives stays on this machine, also when the process is killed, until it is
   * dropped; the next attempt asks for the rest only. Present where there is a content store. Errors: as `openBlob`.
   */
  openResumable?(repository: string, blob: Descriptor, options?: CallOptions): Promise<ResumableContent>;
  /**
   * Brings a blob to this machine, to be saved as a file: what of it arrives stays, by digest and also when the process
   * is killed, and `feed` is asked for the rest only. `beside`: where it is going to be saved. Undefined: that is another
   * file system, the blob is kept here anyway, or somebody else is at it; it is read with `openResumable` then. Present
   * where there is a content store.
   * Errors: DIGEST_MISMATCH, SIZE_MISMATCH (nothing is kept then), FILE_FAILED, those of the feed.
   */
  stageBlob?(blob: Descriptor, beside: string, feed: Feed, options?: CallOptions): Promise<StagedBlob | undefined>;
  /** Takes the content of a local file by reflink, else hard link, else copy, and verifies it. Errors: as `pushBlob`. */
  adoptBlob?(repository: string, expected: Descriptor, file: string, options?: AdoptBlobOptions): Promise<Descriptor>;
}
/** A repository of a registry: one side of a copy. */
interface Place {
  readonly registry: Registry;
  readonly repository: string;
  /** As a person writes it, for errors; default: made of the two. */
  readonly display?: string;
}
export { Upload as A, Reader as C, Sink as D, Retry as E, StagedBlob as O, ReadOptions as S, ResumableContent as T, Place as _, BlobExpectation as a, PushedManifest as b, Feed as c, Lister as d, ManifestContent as f, Page as g, MountResult as h, BlobContent as i, Writer as j, UnverifiedBytes as k, Freshness as l, MountOptions as m, Ability as n, CallOptions as o, ManifestStat as p, AdoptBlobOptions as r, Deleter as s, Abilities as t, ListOptions as u, PushBlobOptions as v, Registry as w, RangeContent as x, PushManifestOptions as y };