// index.d.mts
/** A stream of owned chunks: the receiver may keep or change them. */
type Bytes = AsyncIterable<Uint8Array>;
/** Content that can be opened again, so that a request body can be replayed. */
type OpenBytes = () => Bytes;
/** Bytes that are at hand as a stream of one chunk, which is a copy: the receiver owns it. */
declare function streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void>;
/**
 * A stream whose bytes are at hand as a whole: who asks for `bytes` need not wait for its one chunk. Whoever takes them,
 * in either way, owns them.
 */
declare class ReadyBytes implements AsyncIterable<Uint8Array> {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array);
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void>;
}
/** How much `collect` takes into memory. Errors: LIMIT_EXCEEDED. */
interface CollectOptions {
  /** Most bytes that are taken; one more is LIMIT_EXCEEDED. */
  readonly limit: number;
  /** What it is, for the message: `the configuration`. */
  readonly what?: string;
  readonly signal?: AbortSignal;
}
/** Reads a stream whole. Errors: LIMIT_EXCEEDED, and those of the stream. */
declare function collect(bytes: Bytes, options: CollectOptions): Promise<Uint8Array>;
/** One array with the content of all; the only chunk itself where there is one. */
declare function concat(chunks: readonly Uint8Array[]): Uint8Array;
/** String to string; parsed ones have no prototype, so a key named `__proto__` is only data. */
type Annotations = Readonly<Record<string, string>>;
/** image-spec, image-index.md, `platform`. */
interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly "os.version"?: string;
  readonly "os.features"?: readonly string[];
}
/** image-spec, descriptor.md. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes, an integer from 0 to 2^53 − 1. */
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Annotations;
  /** The content itself in base64. */
  readonly data?: string;
  readonly platform?: Platform;
  readonly artifactType?: string;
}
/**
 * Reads a descriptor out of parsed JSON; `where` names it in errors (`layers[2]`). Unknown members are ignored.
 * Errors: MANIFEST_INVALID.
 */
declare function parseDescriptor(value: unknown, where: string): Descriptor;
/** Reads annotations; absent and null are undefined. Errors: MANIFEST_INVALID when a value is no string. */
declare function parseAnnotations(value: unknown, where: string): Annotations | undefined;
/** The content that a descriptor carries in `data`; undefined when there is none or it does not fit size and digest. */
declare function inlineData(descriptor: Descriptor): Uint8Array | undefined;
/** True when both name the same content. */
declare function isSameContent(a: Descriptor, b: Descriptor): boolean;
/** OCI image manifest or Docker v2 schema 2 (image-spec, manifest.md). */
interface ImageManifest {
  readonly form: "image";
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}
/** OCI image index or Docker manifest list (image-spec, image-index.md). */
interface IndexManifest {
  readonly form: "index";
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}
/** The withdrawn artifact manifest, read only (image-spec 1.1.0-rc2, artifact.md). */
interface ArtifactManifest {
  readonly form: "artifact";
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly blobs: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}
/** A manifest that was read; `form` tells which. */
type Manifest = ImageManifest | IndexManifest | ArtifactManifest;
/** Bytes of the largest manifest that is read. */
declare const maxManifestSize: number;
/**
 * Reads the bytes of a manifest; they stay what they are and are never written again from the result. `mediaType`
 * (of the Content-Type or the descriptor) has to agree with the body's own; where both are silent the members decide.
 * Errors: MANIFEST_INVALID, LIMIT_EXCEEDED, UNSUPPORTED (Docker schema 1).
 */
declare function parseManifest(bytes: Uint8Array, mediaType?: string): Manifest;
/** `artifactType`, else the configuration's media type (image-spec, manifest.md). */
declare function manifestArtifactType(manifest: Manifest): string | undefined;
/** An entry of a source folder, or of what an artifact holds. */
interface TreeEntry {
  /** Relative, `/`-separated, without leading `./`. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link" | "hardlink" | "other";
  /** Bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode?: number;
  readonly mediaType?: string;
  readonly digest?: string;
  readonly target?: string;
  /** Seconds since 1970, with fractions, where the source knows it. */
  readonly mtime?: number;
  /** Who owns it, where the source knows; names only where they can be told. */
  readonly owner?: {
    readonly uid: number;
    readonly gid: number;
    readonly user?: string;
    readonly group?: string;
  };
}
/** Random access to what is packed or validated: one file, or a folder. Memory in a test. */
interface Source {
  /** `file`: `open('')` reads it; `name` is its base name. */
  readonly type: "file" | "folder";
  readonly name: string;
  list(dir: string): AsyncIterable<TreeEntry>;
  /** Errors: FILE_NOT_FOUND. */
  stat(path: string): Promise<TreeEntry>;
  readlink(path: string): Promise<string>;
  /** `end` exclusive. */
  open(path: string, range?: {
    readonly start: number;
    readonly end?: number;
  }): Bytes;
  /**
   * A regular file's size and its first bytes, `length` of them where it has as many, in one step: for who reads many
   * small files. A link is FILE_NOT_FOUND. Hosts to which that is no cheaper do not offer the method.
   */
  head?(path: string, length: number): Promise<{
    readonly size: number;
    readonly bytes: Uint8Array;
  }>;
  xattrs(path: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /**
   * For one file: the file that lies beside it and whose name is its own with this suffix (`.prov`); undefined where there
   * is none. Hosts without it do not offer the method.
   */
  beside?(suffix: string): Promise<Source | undefined>;
}
/** What a kind may read: it never sees the registry client or the cache. */
interface Artifact {
  /** The reference it was opened by, where there is one (a child of an index has none). */
  readonly ref?: string;
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
  /** The exact bytes of the manifest as received. */
  readonly bytes: Uint8Array;
  /** `artifactType`, else the configuration's media type (image-spec, manifest.md). */
  readonly artifactType: string | undefined;
  readonly annotations: Annotations;
  /** The manifest's configuration; absent for an index. */
  readonly config?: Descriptor;
  /** Layers of an image manifest, blobs of an artifact manifest, empty for an index. */
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  /** For an index: its entries, or the one that fits the platform. */
  children(platform?: Platform): Promise<readonly Artifact[]>;
  /** Verified bytes: the iteration throws after the last byte if digest or size differ. */
  open(part: Descriptor): Bytes;
}
/** True for an artifact (as against a source) in `validate`. */
declare function isArtifact(input: Artifact | Source): input is Artifact;
/** JSON-able. Insertion order is display order. */
type FieldValue = string | number | boolean | null | readonly FieldValue[] | {
  readonly [key: string]: FieldValue;
};
/** One line of a description. `label` is also its name in machine formats, so it stays what it is. */
interface Field {
  readonly label: string;
  readonly value: FieldValue;
  /** How a terminal shows it; machine formats keep the raw value. */
  readonly format?: "text" | "bytes" | "time" | "digest" | "ref" | "list";
}
/** What a kind tells of an artifact: data that a table, a page and JSON show each in their way. */
interface Description {
  /** One line, e.g. the name and version. */
  readonly title: string;
  readonly summary?: string;
  readonly fields: readonly Field[];
}
/** One difference between two models of a kind. */
interface Change {
  /** The member, as `values.image.tag`. */
  readonly path: string;
  /** `+`, `-` or `~`. */
  readonly op: string;
  readonly from?: FieldValue;
  readonly to?: FieldValue;
}
/** The algorithms ocish can compute, and so vouch for. */
type DigestAlgorithm = "sha256" | "sha512";
/** A digest in its two parts (image-spec, descriptor.md). */
interface ParsedDigest {
  /** `sha256`, or any other name that fits the grammar. */
  readonly algorithm: string;
  readonly encoded: string;
}
/** A running hash. */
interface Digester {
  update(chunk: Uint8Array): void;
  /** `algorithm:hex` of everything so far; ends the digester. */
  digest(): string;
}
/** Longest digest text that is looked at; sha512 has 135 characters. */
declare const maxDigestLength = 512;
/**
 * Splits a digest. Registered algorithms are checked strictly (length, lower-case hex); an unknown one only has to fit
 * the grammar, and `canVerify` says that nothing can be vouched for. Errors: DIGEST_INVALID.
 */
declare function parseDigest(text: string): ParsedDigest;
/** True when `parseDigest` takes it. */
declare function isDigest(text: string): boolean;
/** True when content can be checked against this digest here. */
declare function canVerify(digest: string): boolean;
/** The algorithm of a digest that can be verified. Errors: DIGEST_INVALID, also for an algorithm unknown here. */
declare function algorithmOf(digest: string): DigestAlgorithm;
/** `algorithm:hex` of the bytes. */
declare function digestOf(bytes: Uint8Array, algorithm?: DigestAlgorithm): string;
/** Begins a digest over bytes that come one after the other. */
declare function createDigester(algorithm?: DigestAlgorithm): Digester;
/** The referrers tag schema: a subject's digest as a tag (distribution-spec, "Unavailable Referrers API"). */
declare function tagFallback(digest: string): string;
/**
 * What can be encoded: plain objects keep their order, as Go structs do, and leave out undefined members; a `Map` is
 * sorted by the bytes of its keys, as Go maps are; `Uint8Array` becomes base64, as `[]byte` does.
 */
type GoJson = string | number | bigint | boolean | null | Uint8Array | readonly GoJson[] | ReadonlyMap<string, GoJson> | {
  readonly [key: string]: GoJson | undefined;
};
/** What of Go's encoding/json is wanted: its indentation, its escaping for HTML. */
interface GoJsonOptions {
  /** One level of indentation, as `json.Indent` has it; absent: compact. */
  readonly indent?: string;
  /** Write `<`, `>` and `&` as escapes; default true, as `json.Marshal` does. */
  readonly escapeHtml?: boolean;
  /** Sort plain objects too: a document held in Go's `map[string]any`. */
  readonly sortKeys?: boolean;
}
/**
 * Encodes as Go's encoding/json does (Go ≥ 1.22), byte for byte, without a final newline. Digests of klaus, helm and
 * runconfig artifacts depend on it. Throws TypeError for what Go refuses (NaN, infinities).
 */
declare function encodeGoJson(value: GoJson, options?: GoJsonOptions): string;
/** Orders strings by their UTF-8 bytes (which is the order of code points, unlike JavaScript's). */
declare function compareUtf8(a: string, b: string): number;
/**
 * The bytes of a new manifest: compact JSON with the member order of image-spec's Go types, annotations sorted by
 * bytes; what oras and other Go tools would write, so that digests agree. Never for a manifest that was received.
 */
declare function encodeManifest(manifest: ImageManifest | IndexManifest): Uint8Array;
/** A descriptor in the member order of image-spec's Go type, to be embedded in a document for `encodeGoJson`. */
declare function goDescriptor(descriptor: Descriptor): GoJson;
/** Where in a source text a problem lies: UTF-16 offsets, `to` exclusive. */
interface Span {
  readonly from: number;
  readonly to: number;
}
/** What an error says beside its code and message. */
interface OcishErrorOptions {
  readonly cause?: unknown;
  /** One imperative sentence: the way out. */
  readonly hint?: string;
  /** Small and JSON-able; `span` marks the faulty part of an input, `wire` keeps a registry's own codes. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Overrides the exit status that the code stands for. */
  readonly exit?: number;
}
/**
 * An expected failure, shown to a person as message, hint and chain of causes.
 * The message is a lower-case fragment that names the thing (`no tag v2 in ghcr.io/a/b`), without the code.
 */
declare class OcishError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** The process exit status this failure stands for (the table in `exit-codes.ts`). */
  readonly exit: number;
  constructor(code: Code, message: string, options?: OcishErrorOptions);
}
/** Works across copies of the SDK, which `instanceof` does not. */
declare function isOcishError(value: unknown): value is OcishError;
/** True for an `OcishError` with one of these codes. */
declare function hasCode(value: unknown, ...codes: readonly string[]): value is OcishError;
/** The exit statuses of the program (shell.md §2.5). */
declare const exits: {
  readonly ok: 0;
  readonly negative: 1;
  readonly usage: 2;
  readonly notFound: 3;
  readonly auth: 4;
  readonly network: 5;
  readonly protocol: 6;
  readonly integrity: 7;
  readonly io: 8;
  readonly plugin: 9;
  readonly partial: 10;
  readonly deadline: 124;
  readonly interrupted: 130;
  readonly terminated: 143;
  readonly brokenPipe: 141;
};
/** Every error code and the status it ends the program with; what is not listed is 6. */
declare const exitByCode: Readonly<Record<string, number>>;
/** The exit status a code stands for; language errors (`SYNTAX_…`, `BIND_…`, `USAGE_…`) are all 2. */
declare function exitOf(code: string): number;
/** What `validate` says of one place in a source or an artifact; an `error` makes the exit status 1. */
interface Finding {
  readonly severity: "error" | "warning" | "info";
  /** SCREAMING_SNAKE, stable. */
  readonly code: string;
  /** A path inside the source or artifact, or a JSON path. */
  readonly path: string;
  readonly line?: number;
  readonly message: string;
  readonly hint?: string;
}
/** What the text is and how much of it is taken. Errors: `code`, LIMIT_EXCEEDED. */
interface ParseJsonOptions {
  /** What the text is, for the message: `the manifest`. */
  readonly what: string;
  /** The code of a syntax error. */
  readonly code: string;
  /** Bytes of UTF-8, or characters of a string. */
  readonly maxSize?: number;
  /** Nested objects and arrays; default 64. */
  readonly maxDepth?: number;
  /** Member names that may not be repeated within one object; `all`, or none by default (then the last one counts). */
  readonly unique?: "all" | ReadonlySet<string>;
}
/**
 * Reads JSON that comes from elsewhere: RFC 8259 and nothing more, with limits on size and depth; objects have no
 * prototype, so a member named `__proto__` is only data. Errors: `options.code`, LIMIT_EXCEEDED.
 */
declare function parseJson(source: Uint8Array | string, options: ParseJsonOptions): unknown;
/** True for a JSON object (as against an array or null). */
declare function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>>;
/** A narrow, read-only view of registries. */
interface Lookup {
  /** The digest a reference points to now. Errors: those of a manifest read. */
  resolve(reference: string): Promise<Descriptor>;
  versions(repository: string): AsyncIterable<string>;
  repositories(prefix: string): AsyncIterable<string>;
  open(reference: string): Promise<Artifact>;
}
/** What a kind may use while it works: nothing of the network, files or terminal but what is here. */
interface KindContext {
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
  readonly progress: (event: {
    readonly done: number;
    readonly total?: number;
  }) => void;
  /** The section `[kinds.NAME]` of the configuration, valid by the kind's `settings` schema. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The kind's own options as given on the command line. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Reading confined to what the user typed for the kind's option of this name, which has the type `path`. Hosts without
   * it do not offer the method. Errors: FILE_NOT_FOUND, KIND_FAILED for an option that nobody typed.
   */
  file?(option: string): Promise<Source>;
  readonly lookup: Lookup;
  /** Abilities of this host beyond the ones above, by name. */
  readonly features: readonly string[];
}
/** What reads a location that the user typed gets beside the usual. */
interface LocationContext extends KindContext {
  /** Reading confined to a folder that the location names. Errors: FILE_NOT_FOUND, FILE_FAILED. */
  folder(path: string): Promise<Source>;
}
/** One blob to be written. It can be opened again; without digest and size the host measures while it streams. */
interface Part {
  readonly mediaType: string;
  readonly annotations?: Annotations;
  readonly digest?: string;
  readonly size?: number;
  /** Put the content into the descriptor as `data` too. */
  readonly inline?: boolean;
  readonly platform?: Platform;
  readonly open: OpenBytes;
  /**
   * Digest of the uncompressed bytes of what `open` gave last, asked for when that was read to its end: whoever compressed
   * them knows it. Without it the host decompresses again.
   */
  readonly diffId?: () => string;
}
/** What the host measured while it streamed a part. `diffId` is the digest of the uncompressed bytes. */
interface Written extends Descriptor {
  readonly diffId: string;
}
/** A manifest to publish. The host computes digests and sizes while it streams the parts. */
interface PackedManifest {
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly layers: readonly Part[];
  readonly config?: Part | ((written: readonly Written[]) => Part | PromiseLike<Part>);
  readonly annotations?: Annotations | ((written: readonly Written[]) => Annotations | PromiseLike<Annotations>);
  /**
   * For kinds whose member order or omissions matter; the default is `encodeManifest`. The annotations are those above
   * and what the user asked for beside them.
   */
  readonly manifest?: (written: readonly Written[], annotations: Annotations) => Uint8Array | PromiseLike<Uint8Array>;
  /** What `push` should say about this pack: what was left out and why. */
  readonly notes?: readonly string[];
  /** The tag `push` uses when the reference has none. */
  readonly tag?: string;
}
/** An index to publish; `tag` and `notes` as for a manifest. */
interface PackedIndex {
  readonly index: readonly {
    readonly platform?: Platform;
    readonly packed: PackedManifest;
  }[];
  readonly annotations?: Annotations;
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly notes?: readonly string[];
  readonly tag?: string;
}
/** What `pack` gives: one manifest, or an index of several. */
type Packed = PackedManifest | PackedIndex;
/** True for a packed index. */
declare function isPackedIndex(packed: Packed): packed is PackedIndex;
/** Where `unpack` writes. Refuses paths that leave its root (TARGET_UNSAFE) and names that exist (FILE_EXISTS). */
interface Target {
  /** `xattrs`: only where `takesXattrs`. Errors also: FILE_FAILED where the file system takes no attributes. */
  write(path: string, content: Bytes, options?: {
    readonly mode?: number;
    readonly xattrs?: ReadonlyMap<string, Uint8Array>;
  }): Promise<void>;
  /** `write` sets extended attributes of the name space `user`. */
  readonly takesXattrs?: boolean;
  folder(path: string, options?: {
    readonly mode?: number;
  }): Promise<void>;
  /**
   * `asData`: a link of an image's root file system, kept whatever it points to; nothing is ever written through a link.
   * Hosts grant it to kinds that come with them only.
   */
  link(path: string, target: string, options?: {
    readonly asData?: boolean;
  }): Promise<void>;
  /** A second name of a file that was written through this target before. Hosts without it do not offer the method. */
  hardlink?(path: string, existing: string): Promise<void>;
  /** Gives a file that was written through this target its name, once that is known. Hosts without it do not offer the method. */
  move?(path: string, to: string): Promise<void>;
  /** Takes back a file that was written through this target. Offered together with `move`. */
  remove?(path: string): Promise<void>;
}
/** A command whose declared effect says so also gets these. */
interface KindCommandContext extends KindContext {
  /** The environment variable of this name, as it is written: seconds since 1970 that date what is built. */
  readonly sourceDateEpoch?: string;
  /** Effect `W`. */
  publish?(packed: Packed, location: string): Promise<{
    readonly ref: string;
    readonly digest: string;
  }>;
  /** Reading confined to the path that the user typed for the parameter of this name; a file has `type` `file`. */
  folder?(parameter: string): Promise<Source>;
  /**
   * Writing confined to the path that the user typed for the parameter of this name; `write('')` makes it a file.
   * What was written appears when the command ends without an error. `merge`: what is there stays, and only names that
   * exist are refused.
   */
  target?(parameter: string, options?: {
    readonly merge?: boolean;
  }): Promise<Target>;
}
/** A parameter or a flag of a kind's command. */
interface KindParam {
  readonly name: string;
  readonly type: "string" | "int" | "ref" | "path" | "bool";
  readonly many?: boolean;
  readonly optional?: boolean;
  readonly enum?: readonly string[];
  readonly summary?: string;
}
/** A line that can be typed, and what it is good for; the conformance suite runs it. */
interface KindExample {
  readonly line: string;
  readonly note: string;
}
/** What a person typed for a command of a kind, by name, of the types that its parameters and flags declare. */
interface KindCall {
  readonly args: Readonly<Record<string, unknown>>;
  readonly flags: Readonly<Record<string, unknown>>;
}
/** A command under the family's noun (`runconfig export`): data, and a generator of rows. */
interface KindCommand {
  readonly name: string;
  readonly summary: string;
  readonly params: readonly KindParam[];
  readonly flags?: readonly KindParam[];
  readonly output: {
    readonly form: "rows";
    readonly columns: readonly string[];
  } | {
    readonly form: "value";
  } | {
    readonly form: "bytes";
  };
  /** Read, write a registry, destroy, local files only. */
  readonly effect: "R" | "W" | "D" | "L";
  readonly examples: readonly KindExample[];
  /** Exit statuses to expect beside those that its parameters and its effect tell the host. */
  readonly exits?: readonly number[];
  /** Rows, one value, or `Uint8Array` chunks; returns an exit status other than 0 for a negative answer. */
  run(call: KindCall, context: KindCommandContext): AsyncGenerator<unknown, number | void>;
}
/** What a location text says, before anything is opened (architecture.md, Locations). `inner`: the part after `//`. */
type Location = RegistryLocation | FileLocation | CacheLocation | PathLocation | StdioLocation | KindLocation;
/** A registry, a namespace or repository in it, or one artifact. */
interface RegistryLocation {
  readonly scheme: "registry";
  readonly registry: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly inner?: string;
  /** The text ended with a slash: what lies below is meant, not an artifact. */
  readonly namespace?: true;
  readonly text: string;
}
/**
 * `oci:DIR[:tag][@digest]` an image layout, `tar:FILE[:tag][@digest]` an archive, `docker-archive:FILE[:NAME[:tag]]` one for
 * `docker load`, whose tag here is the whole name (`docker.io/library/app:1`). `:@N` in place of a tag is the image at that
 * place of the file, from 0.
 */
interface FileLocation {
  readonly scheme: "oci" | "tar" | "docker-archive";
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly position?: number;
  readonly inner?: string;
  readonly text: string;
}
/** `cache:` alone is the whole store; with a reference, one repository or artifact of it. */
interface CacheLocation {
  readonly scheme: "cache";
  readonly registry?: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly inner?: string;
  readonly namespace?: true;
  readonly text: string;
}
/** `./x`, `../x`, `/x`, `~/x`, `.` and `..`. */
interface PathLocation {
  readonly scheme: "path";
  readonly path: string;
  readonly text: string;
}
/** `-`: an archive on standard input or output. */
interface StdioLocation {
  readonly scheme: "stdio";
  readonly text: string;
}
/** A scheme that a kind declared (`ostree:REPO:REF`). */
interface KindLocation {
  readonly scheme: "kind";
  readonly name: string;
  readonly rest: string;
  readonly inner?: string;
  readonly text: string;
}
/**
 * One way to recognise an artifact: all fields given must hold. Plain data, repeated in package.json's `ocish`
 * field, so that no code of the kind is loaded to ask. The most specific match wins: the first difference in the
 * order of the fields below, then the number of fields.
 */
interface Match {
  readonly artifactType?: string;
  readonly configMediaType?: string;
  /** A label of the image configuration, `name` or `name=value`; the host reads the configuration once (≤ 1 MiB). */
  readonly configLabel?: string;
  readonly layerMediaType?: string;
  /** An annotation of the manifest, `name` or `name=value`. */
  readonly annotation?: string;
  /** Comes from settings, never from a package. */
  readonly repositoryPrefix?: string;
  /** Restricts the other fields to manifests of this type; alone it is the weakest match. */
  readonly manifestMediaType?: string;
  /**
   * Gives way to every match without it: for kinds that know only the general form (any image, any index). It is no
   * condition of its own.
   */
  readonly generic?: true;
}
/**
 * Which repositories a person says to hold artifacts of a kind: all below a base that the settings name. What lies there
 * and fits no match of another kind more closely is of this kind. Plain data as well.
 */
interface BaseSetting {
  /** The member of the settings that lists objects, one for each base. */
  readonly list: string;
  /** `{MEMBER}` stands for a member of the object; the first pattern whose members are all given counts. */
  readonly patterns: readonly string[];
  /** Bases that count without being configured. Only kinds that come with the program have them. */
  readonly builtIn?: readonly string[];
}
/** Which folders or files `push` and `validate` take for a kind. Plain data as well. */
interface SourceMatch {
  /** A folder that holds this file (a relative path). */
  readonly folderWith?: string;
  /** A file whose name fits this pattern (`*` within the name). */
  readonly fileName?: string;
  /** A compressed or plain tar that holds this file (`*` within a component). */
  readonly archiveWith?: string;
  /** A JSON file whose top-level object has all of these keys. */
  readonly jsonKeys?: readonly string[];
}
/** The part of the Standard Schema contract that kinds need; zod, valibot and arktype all fit it (standardschema.dev, v1). */
interface StandardSchema<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: {
      readonly input: unknown;
      readonly output: Output;
    } | undefined;
  };
}
/** What validation gives: the value, or what is wrong with it (Standard Schema). */
type SchemaResult<Output> = {
  readonly value: Output;
  readonly issues?: undefined;
} | {
  readonly issues: readonly SchemaIssue[];
};
/** What a schema finds wrong, and where. */
interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | {
    readonly key: PropertyKey;
  })[] | undefined;
}
/** Raised only when a kind written for the old contract can no longer be loaded. */
declare const apiVersion = 1;
/** A flag that `push`, `pull`, `validate` or `convert` accepts for this kind. */
interface KindOption {
  /** Long and kebab-case, without dashes. */
  readonly name: string;
  /** `path`: a file the kind reads through `KindContext.file`. */
  readonly type: "bool" | "string" | "int" | "path";
  readonly many?: boolean;
  readonly enum?: readonly string[];
  readonly summary: string;
  /** The verbs that accept it. */
  readonly verbs: readonly ("push" | "pull" | "validate" | "convert" | "describe")[];
}
/**
 * What ocish knows of one kind of artifact: data by which it is recognised, and functions over byte streams
 * (architecture.md, Kinds).
 */
interface Kind<Model = unknown> {
  readonly apiVersion: typeof apiVersion;
  /** Short, unique, kebab-case. */
  readonly name: string;
  /** The noun of its commands; several kinds of one package share it. Default: the name. */
  readonly family?: string;
  readonly match: readonly Match[];
  readonly sources?: readonly SourceMatch[];
  readonly options?: readonly KindOption[];
  /** JSON Schema of `[kinds.NAME]` in the configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What of the settings recognises artifacts by where they lie. */
  readonly bases?: BaseSetting;
  /** The host validates what `read` returns with it. */
  readonly schema?: StandardSchema<Model>;
  /** Bytes to model. Errors: KIND_INPUT_INVALID. */
  read(artifact: Artifact, context: KindContext): Promise<unknown>;
  /** Like `read`, with the parts that only a comparison needs and that cost more to fetch; the default is `read`. */
  readWhole?(artifact: Artifact, context: KindContext): Promise<unknown>;
  describe(model: Model): Description;
  /** Entries inside, so that `ls ref//path` and `cat ref//path` work. */
  list?(artifact: Artifact, context: KindContext): AsyncIterable<TreeEntry & {
    readonly open?: OpenBytes;
  }>;
  unpack?(artifact: Artifact, target: Target, context: KindContext): Promise<void>;
  /**
   * A JSON file that `unpack` leaves in the folder, with the manifest's `digest` as a member: a folder whose marker has
   * the digest that is asked for is up to date, and one that has a marker may be replaced without being asked.
   */
  readonly marker?: string;
  /** The kind computes no digests and uploads nothing. Errors: KIND_INPUT_INVALID. */
  pack?(source: Source, context: KindContext): Promise<Packed>;
  validate?(input: Artifact | Source, context: KindContext): AsyncIterable<Finding>;
  /** Two models in, changes out. A promise, where the kind runs in a process of its own. */
  diff?(from: Model, to: Model): Iterable<Change> | Promise<Iterable<Change>>;
  dependencies?(model: Model): readonly {
    readonly ref: string;
    readonly name?: string;
    readonly kind?: string;
  }[];
  /** A short name to a full reference; used by the kind's own commands and under `--as`. */
  resolve?(word: string, context: KindContext): Promise<string | undefined>;
  /** Schemes it opens read-only as a location. */
  readonly locations?: readonly string[];
  /**
   * The entries of such a location, at `inner` and below, so that `ls SCHEME:REST//path` and `cat` work.
   * Errors: LOCATION_INVALID for a `rest` that names nothing, PATH_NOT_FOUND.
   */
  listLocation?(location: KindLocation, context: LocationContext): AsyncIterable<TreeEntry & {
    readonly open?: OpenBytes;
  }>;
  /** Synchronous and pure. */
  complete?(model: Model, word: string): readonly string[];
  readonly commands?: readonly KindCommand[];
}
/** Freezes a kind and stamps the contract's version on it. The result is the default export of a kind's module. */
declare function defineKind<Model>(kind: Omit<Kind<Model>, "apiVersion">): Kind<Model>;
/** What is known of a command without its code: all of `KindCommand` but `run`. */
type KindCommandData = Omit<KindCommand, "run">;
/**
 * The plain data of a kind, as its package repeats it in package.json. Members whose value is absent in the kind are
 * absent here, too; `family` is always written out.
 */
interface KindData {
  readonly name: string;
  readonly family: string;
  readonly match: readonly Match[];
  readonly sources?: readonly SourceMatch[];
  readonly options?: readonly KindOption[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly bases?: BaseSetting;
  readonly locations?: readonly string[];
  readonly marker?: string;
  readonly commands?: readonly KindCommandData[];
}
/** The `ocish` field of a plugin's package.json: everything a host asks before it loads any code. */
interface PackageField {
  /** The contract the kinds were written for (`apiVersion` of the SDK). */
  readonly apiVersion: number;
  readonly kinds: readonly KindData[];
}
/** The fields of a kind that are data, whatever its model is. */
type DataFields = Pick<Kind, keyof KindData>;
/** The plain data of one kind. */
declare function kindData(kind: DataFields): KindData;
/** The `ocish` field that a package with these kinds writes into its package.json (a host compares both). */
declare function packageField(kinds: readonly DataFields[]): PackageField;
/** Media types of the OCI image specification, and the withdrawn artifact manifest, which is only read. */
declare const oci: {
  readonly index: "application/vnd.oci.image.index.v1+json";
  readonly manifest: "application/vnd.oci.image.manifest.v1+json";
  readonly artifact: "application/vnd.oci.artifact.manifest.v1+json";
  readonly config: "application/vnd.oci.image.config.v1+json";
  readonly layer: "application/vnd.oci.image.layer.v1.tar";
  readonly layerGzip: "application/vnd.oci.image.layer.v1.tar+gzip";
  readonly layerZstd: "application/vnd.oci.image.layer.v1.tar+zstd";
  readonly foreignLayer: "application/vnd.oci.image.layer.nondistributable.v1.tar";
  readonly foreignLayerGzip: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
  readonly foreignLayerZstd: "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd";
  readonly empty: "application/vnd.oci.empty.v1+json";
  readonly layoutHeader: "application/vnd.oci.layout.header.v1+json";
};
/** Media types of Docker's image manifest version 2, schema 2; the two of schema 1 are only recognised. */
declare const docker: {
  readonly list: "application/vnd.docker.distribution.manifest.list.v2+json";
  readonly manifest: "application/vnd.docker.distribution.manifest.v2+json";
  readonly schema1: "application/vnd.docker.distribution.manifest.v1+json";
  readonly schema1Signed: "application/vnd.docker.distribution.manifest.v1+prettyjws";
  readonly config: "application/vnd.docker.container.image.v1+json";
  readonly layer: "application/vnd.docker.image.rootfs.diff.tar";
  readonly layerGzip: "application/vnd.docker.image.rootfs.diff.tar.gzip";
  readonly layerZstd: "application/vnd.docker.image.rootfs.diff.tar.zstd";
  readonly foreignLayer: "application/vnd.docker.image.rootfs.foreign.diff.tar";
  readonly foreignLayerGzip: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
};
/** The type of a blob or manifest that nobody told the type of. */
declare const octetStream = "application/octet-stream";
/** Everything `parseManifest` reads, most wanted first. */
declare const manifestMediaTypes: readonly string[];
/** The `Accept` of every manifest request; a bare wildcard is not one for CNCF Distribution. */
declare const acceptManifests: string;
/** The content of the empty descriptor, `{}`: a fresh copy. */
declare function emptyBytes(): Uint8Array;
/** The empty descriptor (image-spec, manifest.md, "Guidance for an Empty Descriptor"), with its content inline. */
declare const emptyDescriptor: Descriptor;
/** A media type in its parts (RFC 6838): `application/vnd.x+json; a=b` has the suffix `json`. */
interface MediaType {
  /** Lower-case `type/subtype`, without parameters. */
  readonly essence: string;
  /** The structured suffix: `json` of `application/x+json`. */
  readonly suffix?: string;
  /** Names in lower case, values unquoted. */
  readonly parameters: ReadonlyMap<string, string>;
}
/** Reads a `Content-Type`; undefined when it is no media type. */
declare function parseMediaType(text: string): MediaType | undefined;
/** An image manifest, index or artifact manifest: what `parseManifest` reads. */
declare function isManifestMediaType(mediaType: string): boolean;
/** An OCI index or Docker manifest list. */
declare function isIndexMediaType(mediaType: string): boolean;
/** Docker's schema 1, which nothing here reads. */
declare function isSchema1(mediaType: string): boolean;
/** A layer whose content lives at its `urls` and is not pushed unless asked. */
declare function isForeignLayer(descriptor: Pick<Descriptor, "mediaType">): boolean;
/** The schemes that kinds open, beside those that every location has. */
interface LocationOptions {
  /** Schemes that kinds declared (`ostree`). */
  readonly kindSchemes?: readonly string[];
}
/**
 * Reads a location; nothing is opened. `REF//path` gives `inner`; a path starts with `.`, `/`, `~` or a drive letter.
 * Errors: REFERENCE_INVALID, LOCATION_INVALID, LOCATION_UNSUPPORTED, DIGEST_INVALID, all with `details.span`.
 */
declare function parseLocation(text: string, options?: LocationOptions): Location;
/** The canonical text of a location: `parseLocation` gives the same location back, but for `text`. */
declare function formatLocation(location: Location): string;
/**
 * A part of an artifact as a whole, verified. One that says it is larger than `limit` bytes is not opened.
 * Errors: LIMIT_EXCEEDED, and those of opening it.
 */
declare function readPart(artifact: Pick<Artifact, "open">, part: Descriptor, options: CollectOptions): Promise<Uint8Array>;
/** `host[:port]/path[:tag][@digest]`. Where both are there, the digest decides and the tag is for people. */
interface Reference {
  /** Lower case; the names of Docker Hub are one: `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}
/** Docker Hub's name in references. */
declare const dockerHub = "docker.io";
/** Characters of a repository path, and of a tag. */
declare const maxRepositoryLength = 255;
/** Characters of the longest tag (distribution-spec). */
declare const maxTagLength = 128;
/** True for a repository path without the host (`team/app`). */
declare function isRepository(text: string): boolean;
/** Does the text fit the grammar of tags (distribution-spec)? */
declare function isTag(text: string): boolean;
/** True for `host`, `host:port`, `[::1]:5000`; a name alone (`app`) is one as well. */
declare function isRegistry(text: string): boolean;
/** True when the first component of a reference is a host: it has a dot or a port, or is `localhost` or `[…]`. */
declare function looksLikeRegistry(text: string): boolean;
/** The one form of a registry's name: lower case, Docker Hub's names as one, IPv6 shortened; undefined for no name. */
declare function canonicalRegistry(text: string): string | undefined;
/** Where a registry's API lives: `registry-1.docker.io` for Docker Hub, else the name itself. */
declare function registryHost(registry: string): string;
/**
 * Reads a reference with its host; there is no default registry and no default tag. `oci://` and `docker://` before it
 * are dropped. Errors: REFERENCE_INVALID with `details.span`, and `details.nearest` where a right form is near.
 */
declare function parseReference(text: string): Reference;
/** The canonical text of a reference: `parseReference` gives the same reference back. */
declare function formatReference(reference: Reference): string;
/** The entry of a source at a path, or nothing where there is none. Errors: those of `stat` besides. */
declare function statOrNothing(source: Pick<Source, "stat">, path: string): Promise<TreeEntry | undefined>;
export { type Annotations, type Artifact, type ArtifactManifest, type BaseSetting, type Bytes, type CacheLocation, type Change, type CollectOptions, type Description, type Descriptor, type DigestAlgorithm, type Digester, type Field, type FieldValue, type FileLocation, type Finding, type GoJson, type GoJsonOptions, type ImageManifest, type IndexManifest, type Kind, type KindCall, type KindCommand, type KindCommandContext, type KindCommandData, type KindContext, type KindData, type KindExample, type KindLocation, type KindOption, type KindParam, type Location, type LocationContext, type LocationOptions, type Lookup, type Manifest, type Match, type MediaType, OcishError, type OcishErrorOptions, type OpenBytes, type PackageField, type Packed, type PackedIndex, type PackedManifest, type ParseJsonOptions, type ParsedDigest, type Part, type PathLocation, type Platform, ReadyBytes, type Reference, type RegistryLocation, type SchemaIssue, type SchemaResult, type Source, type SourceMatch, type Span, type StandardSchema, type StdioLocation, type Target, type TreeEntry, type Written, acceptManifests, algorithmOf, apiVersion, canVerify, canonicalRegistry, collect, compareUtf8, concat, createDigester, defineKind, digestOf, docker, dockerHub, emptyBytes, emptyDescriptor, encodeGoJson, encodeManifest, exitByCode, exitOf, exits, formatLocation, formatReference, goDescriptor, hasCode, inlineData, isArtifact, isDigest, isForeignLayer, isIndexMediaType, isJsonObject, isManifestMediaType, isOcishError, isPackedIndex, isRegistry, isRepository, isSameContent, isSchema1, isTag, kindData, looksLikeRegistry, manifestArtifactType, manifestMediaTypes, maxDigestLength, maxManifestSize, maxRepositoryLength, maxTagLength, oci, octetStream, packageField, parseAnnotations, parseDescriptor, parseDigest, parseJson, parseLocation, parseManifest, parseMediaType, parseReference, readPart, registryHost, statOrNothing, streamOf, tagFallback };