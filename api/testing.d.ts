// index.d.mts
import { Annotations, Artifact, Descriptor, Kind, KindCommandContext, KindLocation, Lookup, OpenBytes, Packed, Platform, Source, Target } from "@ocish/sdk";
import { ChildProcessWithoutNullStreams } from "node:child_process";
import { IncomingHttpHeaders } from "node:http";
import { Registry } from "@ocish/core";
import { RequestRecord, ServeOptions } from "@ocish/server";
/** A certificate with its key, both as PEM. */
interface Certificate {
  readonly cert: string;
  readonly key: string;
}
/** A certificate authority of a test, made at run time. */
interface Authority extends Certificate {
  /** A certificate for these names and addresses, signed by the authority; `expired` puts its life into the past. */
  issue(hosts: readonly string[], options?: {
    readonly expired?: boolean;
    readonly client?: boolean;
  }): Certificate;
}
/** Creates an authority with a new P-256 key. Nothing of it touches the disk. */
declare function createAuthority(name?: string): Authority;
/** Text, bytes, or an object that is written as JSON. */
type BlobInput = string | Uint8Array | Readonly<Record<string, unknown>>;
/** The symbolic name of a blob, or the name with what its descriptor says besides. */
type PartInput<Blob extends string = string> = Blob | {
  readonly blob: Blob;
  readonly mediaType?: string;
  readonly annotations?: Annotations;
  readonly urls?: readonly string[];
  readonly inline?: boolean;
};
/** A manifest; its parts by the names of blobs, or as descriptors. */
interface ManifestInput<Blob extends string = string, Name extends string = string> {
  readonly mediaType?: string;
  readonly artifactType?: string;
  /** Absent: the empty configuration. */
  readonly config?: PartInput<Blob>;
  readonly layers?: readonly PartInput<Blob>[];
  /** The name of a manifest, or a descriptor of something that is elsewhere. */
  readonly subject?: Name | Descriptor;
  readonly annotations?: Annotations;
  /** Members the specification does not know. */
  readonly extra?: Readonly<Record<string, unknown>>;
}
/** An index; its entries by name, or as descriptors. */
interface IndexInput<Name extends string = string> {
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly manifests: readonly (Name | {
    readonly manifest: Name;
    readonly platform?: Platform;
    readonly annotations?: Annotations;
  } | Descriptor)[];
  readonly subject?: Name | Descriptor;
  readonly annotations?: Annotations;
  readonly extra?: Readonly<Record<string, unknown>>;
}
/** Exact bytes, for what no builder would write. */
interface RawInput {
  readonly bytes: string | Uint8Array;
  readonly mediaType: string;
}
/** Blobs, manifests and tags by names of the test's own. */
interface ContentInput<Blob extends string, Name extends string, Tag extends string> {
  readonly blobs?: Readonly<Record<Blob, BlobInput>>;
  readonly manifests?: Readonly<Record<Name, ManifestInput<NoInfer<Blob>, NoInfer<Name>> | IndexInput<NoInfer<Name>> | RawInput>>;
  readonly tags?: Readonly<Record<Tag, NoInfer<Name>>>;
  /** Default `sha256`. */
  readonly algorithm?: "sha256" | "sha512";
}
/** Bytes and the descriptor that names them. */
interface Piece {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}
/** What symbolic names became. */
interface Content<Blob extends string = string, Name extends string = string, Tag extends string = string> {
  readonly blobs: Readonly<Record<Blob, Piece>>;
  readonly manifests: Readonly<Record<Name, Piece>>;
  readonly tags: Readonly<Record<Tag, Name>>;
  /** Writes everything: blobs, manifests after what they refer to, tags last. */
  push(registry: Registry, repository: string): Promise<void>;
}
/** UTF-8. */
declare function bytesOf(text: string): Uint8Array;
/** One chunk as a stream that can be opened again and again. */
declare function opened(...chunks: readonly (Uint8Array | string)[]): () => AsyncIterable<Uint8Array>;
/** All bytes of a stream. */
declare function readAll(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array>;
/** Bytes that look random and are the same in every run (xorshift from `seed`). */
declare function noise(size: number, seed?: number): Uint8Array;
/**
 * Builds artifacts from symbolic names: `content({ blobs: { a: 'hello' }, manifests: { app: { layers: ['a'] } }, tags:
 * { latest: 'app' } })`. Layers and manifests name each other; digests, sizes and media types are filled in.
 */
declare function content<const Blob extends string, const Name extends string, const Tag extends string = never>(input: ContentInput<Blob, Name, Tag>): Content<Blob, Name, Tag>;
/** One thing a token allows: `repository:team/app:pull,push`. */
interface TokenScope {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}
/** A request as the token server saw it, without secrets. */
interface TokenRequest {
  readonly method: string;
  readonly grant: "basic" | "password" | "refresh_token" | "anonymous";
  readonly account: string | undefined;
  readonly scopes: readonly string[];
  readonly status: number;
}
/** Whom a token server knows, and what it grants (distribution's token authentication). */
interface TokenServerOptions {
  /** Name to password. */
  readonly users?: Readonly<Record<string, string>>;
  readonly service?: string;
  /** Seconds; default 300. */
  readonly lifetime?: number;
  /** Actions somebody without credentials may do; default none. */
  readonly anonymousActions?: readonly string[];
  /** Which of the actions asked for a user gets; default all. */
  readonly allow?: (user: string | undefined, scope: TokenScope, action: string) => boolean;
  /** 405 for POST, as servers without OAuth2. */
  readonly getOnly?: boolean;
}
/** A token server in Docker's manner; it signs with a key made at run time. */
interface TokenServer extends AsyncDisposable {
  readonly realm: string;
  readonly issuer: string;
  readonly service: string;
  /** The root certificate of the tokens' signatures, PEM. */
  readonly certificate: string;
  readonly requests: readonly TokenRequest[];
  close(): Promise<void>;
}
/** Starts a token server on a free loopback port: GET and POST, refresh tokens, scopes. */
declare function tokenServer(options?: TokenServerOptions): Promise<TokenServer>;
/** How Debian's docker-registry is started. */
interface DockerRegistryOptions {
  /** `htpasswd` needs the program of that name; `token` starts a token server beside. */
  readonly auth?: "htpasswd" | "token";
  /** HTTPS with a certificate of an authority made for this one. */
  readonly tls?: boolean;
  /** Default true. */
  readonly delete?: boolean;
  /** For `auth: 'token'`: what the token server grants. The user below always exists. */
  readonly tokens?: Omit<TokenServerOptions, "service">;
}
/** Debian's docker-registry (CNCF Distribution 2.8) on a free loopback port. */
interface DockerRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** With scheme, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  /** The authority's certificate (PEM) with `tls`. */
  readonly ca: string | undefined;
  readonly tokens: TokenServer | undefined;
  /** Where it keeps its data. */
  readonly folder: string;
  readonly log: readonly string[];
  close(): Promise<void>;
}
/** Starts docker-registry; guard its tests with `has('docker-registry')`. */
declare function dockerRegistry(options?: DockerRegistryOptions): Promise<DockerRegistry>;
/** Our server over a registry in memory, on a free loopback port, with everything it was asked. */
interface EmbeddedRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly url: string;
  /** What is behind it, to be filled and looked at. */
  readonly registry: Registry;
  /** In the order of their answers. */
  readonly requests: readonly RequestRecord[];
  /** What `act` asked, as `METHOD route`. */
  asked(act: () => Promise<unknown>): Promise<readonly string[]>;
}
/** Starts it; `registry` default: an empty one in memory. */
declare function embeddedRegistry(options?: Omit<ServeOptions, "onRequest"> & {
  readonly registry?: Registry;
}): Promise<EmbeddedRegistry>;
/** A loopback port that was free a moment ago, for programs that cannot pick one themselves. */
declare function freePort(): Promise<number>;
/** What `toFailWith` answers for: nothing to wait for when a function throws at once, else a promise. */
type FailResult<T> = T extends PromiseLike<unknown> ? Promise<void> : T extends ((...args: never[]) => infer R) ? R extends PromiseLike<unknown> | AsyncIterable<unknown> ? Promise<void> : void : T extends AsyncIterable<unknown> ? Promise<void> : void;
declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * The promise, the function's call or the async iteration fails with an `OcishError` of this code (or of one
     * of these). `AbortError` is recognised by name.
     */
    toFailWith(...codes: readonly [string, ...string[]]): FailResult<T>;
  }
}
interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}
/** `expect(promise).toFailWith('CODE')`; registered by `vitest-setup.ts`. */
declare function toFailWith(received: unknown, ...codes: readonly string[]): Verdict | Promise<Verdict>;
/** How nginx is put before a registry. */
interface NginxOptions {
  /** As nginx writes it, `1m`; default no limit. */
  readonly clientMaxBodySize?: string;
  /** Pass bodies on as they come; default false (nginx buffers). */
  readonly unbuffered?: boolean;
  readonly tls?: boolean;
  /** Lines put into the `location` block. */
  readonly extra?: readonly string[];
}
/** nginx in front of a registry. */
interface Nginx extends AsyncDisposable {
  readonly host: string;
  readonly url: string;
  readonly port: number;
  readonly ca: string | undefined;
  close(): Promise<void>;
}
/** Starts nginx as a proxy for `upstream` (`http://127.0.0.1:5000`); guard its tests with `has('nginx')`. */
declare function nginx(upstream: string, options?: NginxOptions): Promise<Nginx>;
/** The full path of a program, or undefined. */
declare function findProgram(name: string): string | undefined;
/**
 * Whether a program is installed, for `describe.skipIf(!has('skopeo'))`. Where `CI` is set, a missing program is an
 * error instead: there every test must run.
 */
declare function has(...names: readonly string[]): boolean;
/** `describe`, skipped under a name that says which program is missing. */
declare function describeWith(programs: readonly string[], name: string, tests: () => void): void;
/** The path of a program that `has` said is there. */
declare function programPath(name: string): string;
/** A request as it goes out, without anything of a client. */
interface RawRequestOptions {
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** With its Content-Length; an async iterable goes out chunked unless the header is given. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** PEM, for HTTPS. */
  readonly ca?: string;
  readonly signal?: AbortSignal;
}
/** An answer, read whole. */
interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly text: string;
  /** The body as JSON. */
  json(): unknown;
  /** The codes of a registry's error body. */
  readonly codes: readonly string[];
}
/** One HTTP request with nothing added, followed or decoded. Paths are sent as given. */
declare function rawRequest(url: string, options?: RawRequestOptions): Promise<RawAnswer>;
/** How a run of the program ended. */
interface OcishRun {
  /** The exit status; for a signal 128 + its number is what a shell shows, here it is null. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as bytes, for artifacts' contents. */
  readonly bytes: Uint8Array;
}
/** What a run of the built program gets. */
interface OcishRunOptions {
  readonly stdin?: string | Uint8Array;
  /** Added to a clean environment; `HOME` is a folder that goes away with the run unless it is given. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Options for node itself, before the program's file. */
  readonly nodeArgs?: readonly string[];
}
/** A started program: `child` for signals and slow pipes, `done` for its end. */
interface StartedOcish {
  readonly child: ChildProcessWithoutNullStreams;
  readonly done: Promise<OcishRun>;
}
/** The built program: `OCISH_BIN`, or that of this checkout. */
declare const ocishBin: string;
/** Starts the built program (`apps/cli/dist/bin.mjs`) with a clean environment. */
declare function startOcish(args: readonly string[], options: OcishRunOptions & {
  readonly home: string;
}): StartedOcish;
/** Runs the built program to its end, for tests named `*.e2e.test.ts`. */
declare function runOcish(args: readonly string[], options?: OcishRunOptions): Promise<OcishRun>;
/** A folder of a test: `await using folder = await temporaryFolder()`. */
interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** A path below it. */
  join(...parts: readonly string[]): string;
  /** Removes it with all it holds; the same as leaving an `await using`. */
  remove(): Promise<void>;
}
/** A new folder (0700) that goes away when it is disposed of. */
declare function temporaryFolder(prefix?: string): Promise<TemporaryFolder>;
/** A registry under test. */
interface RegistryUnderTest {
  readonly registry: Registry;
  /** A repository nobody has written to; may be always the same one with `perTest` and `singleRepository`. */
  repository(): string;
  /** For a read-only view: the registry behind it, which the cases fill. */
  readonly fill?: Registry;
  close?(): Promise<void>;
}
/** What a foreign registry is known not to do though the contract asks for it; each names the cases it leaves out. */
type Lack = "sha512" | "conditionalWrites" | "uploadOffsets" | "foreignLayers" | "strictManifests" | "referenceChecks" | "sparse" | "untaggedRepositories" | "catalog" | "isolation";
/** What of the conformance suite a registry can be asked. */
interface RegistrySuiteOptions {
  /** Call `create` for every case instead of once. */
  readonly perTest?: boolean;
  /** Cases that need two repositories are left out. */
  readonly singleRepository?: boolean;
  /** Only reading is tested, on what `fill` holds; writes have to answer UNSUPPORTED. */
  readonly readOnly?: boolean;
  readonly lacks?: readonly Lack[];
}
/**
 * The contract of `Registry` as tests: declared abilities work, undeclared ones answer UNSUPPORTED, unknown ones do
 * either. Call it in a test file; `create` gives a registry and the names of fresh repositories.
 */
declare function describeRegistry(name: string, create: () => Promise<RegistryUnderTest>, options?: RegistrySuiteOptions): void;
/** What a kind under test gets from its host. */
interface KindContextOptions {
  readonly signal?: AbortSignal;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What `lookup.open` and `lookup.resolve` know, by reference. */
  readonly artifacts?: Readonly<Record<string, Artifact>>;
  /** What `lookup` answers for any other reference. */
  readonly anyArtifact?: Artifact;
  /** What the user's path arguments are, by parameter. */
  readonly folder?: (parameter: string) => Source;
  readonly target?: (parameter: string) => Target;
  /** What the user's file options are, by option. */
  readonly file?: (option: string) => Source;
}
/** A context that keeps what was warned of. */
interface MemoryContext extends KindCommandContext {
  readonly warnings: readonly string[];
}
/** A context for a kind's functions and commands without a host. Errors of `lookup`: MANIFEST_NOT_FOUND. */
declare function kindContext(given?: KindContextOptions): MemoryContext;
/** A file of a source in memory: its content alone, or with what else a file system knows; `link` makes it a link. */
type MemoryFile = string | Uint8Array | {
  readonly content?: string | Uint8Array;
  readonly mode?: number;
  readonly link?: string;
  readonly xattrs?: Readonly<Record<string, Uint8Array>>;
};
/** A folder in memory: `/`-separated paths, folders come by themselves. Errors: FILE_NOT_FOUND. */
declare function memorySource(files: Readonly<Record<string, MemoryFile>>, name?: string): Source;
/** One file in memory. */
declare function memoryFile(name: string, content: string | Uint8Array): Source;
/** What was written into a memory target. */
type MemoryEntry = {
  readonly kind: "file";
  readonly bytes: Uint8Array;
  readonly mode: number | undefined;
} | {
  readonly kind: "folder";
  readonly mode: number | undefined;
} | {
  readonly kind: "link";
  readonly target: string;
};
/** A target that keeps what was written; what a real one refuses, it refuses as well. */
interface MemoryTarget extends Target {
  readonly entries: ReadonlyMap<string, MemoryEntry>;
  /** The text of a file; undefined when there is none. */
  text(path: string): string | undefined;
}
/**
 * A target in memory that refuses what a host's refuses: paths and links that leave the root, writing through a link
 * (TARGET_UNSAFE), names that exist (FILE_EXISTS). A file whose content fails is not there.
 */
declare function memoryTarget(): MemoryTarget;
/** The repository of ostree.md §19.3: mode archive, a link and a file below usr/bin. */
declare const miniCommit = "7603543245ba9b88c4edb261feace2a749116c5940ddfe941ed20640cbcc3130";
/** The files of the repository; `changed` replaces or adds some. */
declare function miniFiles(changed?: Readonly<Record<string, MemoryFile>>): Readonly<Record<string, MemoryFile>>;
/** The repository as a folder. */
declare function miniSource(changed?: Readonly<Record<string, MemoryFile>>): Source;
/** One good artifact: what it is packed from, or for a kind that does not pack, the artifact itself. */
interface KindCase {
  readonly name: string;
  /** A new source for every use. */
  readonly source?: () => Source;
  readonly artifact?: () => Promise<Artifact>;
  /** The kind's options, as `push` would pass them. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** What `unpack` writes: text by path. */
  readonly unpacked?: Readonly<Record<string, string>>;
}
/** Something the kind has to refuse, and the code (or codes) it does it with. */
interface KindRefusal {
  readonly name: string;
  /** Refused by `pack`. */
  readonly source?: () => Source;
  /** Refused by `read`, or at the latest by `unpack`. */
  readonly artifact?: () => Promise<Artifact>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly code: string | readonly string[];
}
/** A location of a scheme of the kind. */
interface LocationCase {
  readonly name: string;
  readonly location: KindLocation;
  /** By what the kind asks for. */
  readonly folders: Readonly<Record<string, () => Source | Promise<Source>>>;
  /** Text by path, of every file that is listed. */
  readonly files: Readonly<Record<string, string>>;
}
/** What the conformance suite needs to know of a kind. */
interface KindSuiteOptions {
  /** The package's package.json, whose `ocish` field has to repeat the kind's data. */
  readonly packageJson: unknown;
  /** At least one. */
  readonly cases: readonly KindCase[];
  readonly refusals?: readonly KindRefusal[];
  /** At least one for a kind that lists locations. */
  readonly locations?: readonly LocationCase[];
  /** What command examples find; default: the first case's artifact under any reference. */
  readonly lookup?: Lookup;
  /** What command examples read for a path parameter or flag; default: the first case's source. */
  readonly folder?: (parameter: string) => Source;
}
/**
 * The conformance suite for a kind (style.md A.10), to be called in a vitest file: its data is what package.json says;
 * packing is reproducible; what was packed can be read, described, listed and unpacked; hostile artifacts and sources
 * end in a branded error and never outside the target; an abort ends within a turn; every command example runs.
 */
declare function describeKind<Model>(kind: Kind<Model>, options: KindSuiteOptions): void;
/** Blobs and manifests by digest. */
type MemoryContent = Map<string, OpenBytes>;
/** An artifact with everything below it. */
interface MemoryArtifact extends Artifact {
  readonly content: MemoryContent;
  /** What `push` would say: the notes of the pack. */
  readonly notes: readonly string[];
}
/** Does with a pack what a host does: streams and measures the parts, asks for configuration and annotations, writes the manifest. */
declare function artifactOf(packed: Packed): Promise<MemoryArtifact>;
/** What a kind may see of a manifest whose blobs are in `content`; `open` verifies. Errors: MANIFEST_INVALID. */
declare function artifactIn(content: MemoryContent, bytes: Uint8Array, given?: Descriptor): Artifact;
/** A registry that counts what is asked of it. */
interface CountedRegistry {
  readonly registry: Registry;
  /** Calls of each method. */
  readonly counts: Readonly<Record<string, number>>;
  /** All calls so far. */
  readonly total: () => number;
  readonly reset: () => void;
}
/** Wraps a registry so that a test can say how often each of its methods was called. */
declare function counted(inner: Registry): CountedRegistry;
/** A request on its way to the registry. */
interface Outgoing {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Origin of the fault server itself and of its second listener. */
  readonly origin: string;
  readonly otherOrigin: string;
}
/** An answer on its way back. */
interface Incoming {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: AsyncIterable<Uint8Array>;
}
/**
 * What goes wrong: `request` may change what the registry sees or answer in its place, `response` may change what comes
 * back. Several may meet in one request; they act in the order of their rules.
 */
interface FaultAction {
  readonly name: string;
  readonly request?: (request: Outgoing) => Outgoing | Incoming | Promise<Outgoing | Incoming>;
  readonly response?: (response: Incoming, request: Outgoing) => Incoming | Promise<Incoming>;
}
/** What a request is about; `other`: none of the registry API. */
type FaultRoute = "base" | "catalog" | "tags" | "manifest" | "blob" | "uploads" | "upload" | "referrers" | "token" | "other";
/** A fault and the requests that meet it: all that is given has to fit. */
interface FaultRule {
  readonly method?: string | readonly string[];
  readonly route?: FaultRoute | readonly FaultRoute[];
  /** Tested against path and query as sent. */
  readonly target?: RegExp;
  /** Which of the fitting requests, from 1; absent: all of them. */
  readonly nth?: number | readonly number[];
  readonly action: FaultAction;
}
/** A request as the fault server saw it; credentials are their scheme and a short hash. */
interface FaultRecord {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly route: FaultRoute;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `other`: it came to the second listener. */
  readonly origin: "registry" | "other";
  /** The faults it met. */
  readonly faults: readonly string[];
  /** 0: no answer went out. */
  readonly status: number;
  /** Bytes of the body that went to the registry. */
  readonly received: number;
  /** Bytes of the body that went back. */
  readonly sent: number;
}
/** What `count` looks for. */
interface RequestFilter {
  readonly method?: string;
  readonly route?: FaultRoute;
  readonly origin?: "registry" | "other";
}
/** A registry that misbehaves by script. */
interface FaultServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** A second listener on another port that serves the same, for redirects. */
  readonly otherUrl: string;
  /** Requests that were answered or cut, in the order in which they began. */
  readonly requests: readonly FaultRecord[];
  /** How many requests fit. */
  count(filter?: RequestFilter): number;
  /** Other rules from now on, with new counters. */
  setRules(rules: readonly FaultRule[]): void;
  /** Forgets the requests so far. */
  forget(): void;
  close(): Promise<void>;
}
/**
 * Puts scripted faults in front of a registry: real HTTP on loopback. `target` is a registry, or the URL of one that is
 * served already (Debian's docker-registry, say).
 */
declare function serveFaults(target: Registry | string, rules?: readonly FaultRule[], options?: Omit<ServeOptions, "address" | "tls">): Promise<FaultServer>;
declare namespace faults_d_exports {
  export { AnswerInput, before, brokenRangeAnswer, corruptAt, delay, dropHeaders, endless, expireToken, foreignLink, html, ignoreHeader, ignoreQuery, lengthen, loopLink, loseSession, lostReply, noReferrers, redirect, redirectLoop, refuseMount, replaceBody, resetAfter, resetAtOnce, resetRequestAfter, setHeaders, setStatus, stallAfter, status, trickle, truncateAfter };
}
/** An answer in the registry's place. */
interface AnswerInput {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}
/** Answers with this status instead of asking the registry. */
declare function status(code: number, options?: {
  readonly retryAfter?: string | number;
  readonly wire?: string;
} & AnswerInput): FaultAction;
/** Something happens right before the registry hears of the request: a tag moves, content is deleted. */
declare function before(run: () => Promise<void>): FaultAction;
/** The registry's own answer, with another body (its length is told truly): a digest that lies. */
declare function replaceBody(bytes: Uint8Array): FaultAction;
/** A web page where a registry should be. */
declare function html(code?: number): FaultAction;
/** The registry answers, but nothing of it arrives: the connection is reset before the headers. */
declare const lostReply: FaultAction;
/** The connection is reset before the registry hears of the request. */
declare const resetAtOnce: FaultAction;
/** The answer breaks off after so many bytes of its body. */
declare function resetAfter(bytes: number): FaultAction;
/** The connection breaks after so many bytes of the request's body; the registry has got them. */
declare function resetRequestAfter(bytes: number): FaultAction;
/** The body ends early, but properly: chunked, without a length. */
declare function truncateAfter(bytes: number): FaultAction;
/** After so many bytes nothing more comes. */
declare function stallAfter(bytes: number): FaultAction;
/** One byte of the body is another one. */
declare function corruptAt(position: number): FaultAction;
/** The body, and its Content-Length, is so many bytes longer (or shorter, below 0) than what was stored. */
declare function lengthen(by: number): FaultAction;
/** The body comes in small pieces with a pause before each. */
declare function trickle(bytes: number, milliseconds: number): FaultAction;
/** The registry hears of the request only after a while. */
declare function delay(milliseconds: number): FaultAction;
/** A body that never ends, under the headers of the true one (without its length). */
declare function endless(options?: {
  readonly contentType?: string;
  readonly fill?: string;
}): FaultAction;
/** The answer lacks these headers (`oci-subject`, `docker-content-digest`, …). */
declare function dropHeaders(...names: readonly string[]): FaultAction;
/** The answer has these headers. */
declare function setHeaders(headers: Readonly<Record<string, string | readonly string[]>>): FaultAction;
/** The status is another one (only in place of `from`, where that is given); headers and body stay. */
declare function setStatus(code: number, options?: {
  readonly from?: number;
}): FaultAction;
/** No Referrers API: 404 in plain text, as CNCF Distribution. */
declare const noReferrers: FaultAction;
/** Parameters of the query never reach the registry (`n`, `last`). */
declare function ignoreQuery(...names: readonly string[]): FaultAction;
/** A header of the request never reaches the registry (`range`, `content-range`). */
declare function ignoreHeader(name: string): FaultAction;
/** Every page says that the next one is itself. */
declare const loopLink: FaultAction;
/** The next page is said to be on another origin; default the server's second one. */
declare function foreignLink(origin?: string): FaultAction;
/** The answer is elsewhere; default: on the second origin, which serves it. `to` is an origin or a whole URL. */
declare function redirect(options?: {
  readonly to?: string;
  readonly status?: number;
}): FaultAction;
/** A redirect to the request itself. */
declare const redirectLoop: FaultAction;
/** A mount is not done: 202 opens a session as if nobody had asked for one, other statuses are errors. */
declare function refuseMount(code: 202 | 401 | 403 | 404 | 405 | 500): FaultAction;
/** The upload session is gone. */
declare const loseSession: FaultAction;
/** The registry sees a token that has expired, and asks for a new one as it does. */
declare const expireToken: FaultAction;
/** 416 whose Content-Length is that of the blob, with a short text: CNCF Distribution 2.8. */
declare function brokenRangeAnswer(length: number): FaultAction;
/**
 * How registries are known to differ (specs/distribution.md, section 3), as rules for a fault server over a registry
 * that does everything.
 */
declare const personalities: Readonly<Record<"distribution-2.8" | "ghcr" | "ecr" | "gar" | "docker-hub" | "zot", readonly FaultRule[]>>;
export { type Authority, type BlobInput, type Certificate, type Content, type ContentInput, type CountedRegistry, type DockerRegistry, type DockerRegistryOptions, type EmbeddedRegistry, type FailResult, type FaultAction, type FaultRecord, type FaultRoute, type FaultRule, type FaultServer, type Incoming, type IndexInput, type KindCase, type KindContextOptions, type KindRefusal, type KindSuiteOptions, type Lack, type LocationCase, type ManifestInput, type MemoryArtifact, type MemoryContent, type MemoryContext, type MemoryEntry, type MemoryFile, type MemoryTarget, type Nginx, type NginxOptions, type OcishRun, type OcishRunOptions, type Outgoing, type PartInput, type Piece, type RawAnswer, type RawInput, type RawRequestOptions, type RegistrySuiteOptions, type RegistryUnderTest, type RequestFilter, type StartedOcish, type TemporaryFolder, type TokenRequest, type TokenScope, type TokenServer, type TokenServerOptions, artifactIn, artifactOf, bytesOf, content, counted, createAuthority, describeKind, describeRegistry, describeWith, dockerRegistry, embeddedRegistry, faults_d_exports as faults, findProgram, freePort, has, kindContext, memoryFile, memorySource, memoryTarget, miniCommit, miniFiles, miniSource, nginx, noise, ocishBin, opened, personalities, programPath, rawRequest, readAll, runOcish, serveFaults, startOcish, temporaryFolder, toFailWith, tokenServer };