// index.d.mts
import { Bytes, OcishError, OpenBytes, Source, Target } from "@ocish/sdk";
/** A value with its type. */
interface Variant {
  readonly type: string;
  readonly value: VariantValue;
}
/**
 * What a GVariant holds: 64-bit integers are bigints, `ay` is bytes, arrays, tuples and dictionary entries are lists in
 * their order, an empty maybe is null. Integers are little-endian, as written by every known producer.
 */
type VariantValue = number | bigint | boolean | string | Uint8Array | null | Variant | readonly VariantValue[];
/**
 * Decodes strictly: padding is zero, offsets grow and leave no gap, strings end in their only NUL, booleans are 0 or 1.
 * Nothing is replaced by a default, as GLib would. Errors: OSTREE_OBJECT_INVALID.
 */
declare function decodeVariant(type: string, bytes: Uint8Array): VariantValue;
/** Encodes in normal form. Throws TypeError when the value does not fit the type: a mistake of the caller. */
declare function encodeVariant(type: string, value: VariantValue): Buffer;
/** A commit object (ostree.md §5.3). Checksums are 64 hex digits. */
interface Commit {
  readonly parent?: string;
  /** In the order of the object; integers inside are little-endian. */
  readonly metadata: ReadonlyMap<string, Variant>;
  readonly subject: string;
  readonly body: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Checksum of the root's `.dirtree`. */
  readonly tree: string;
  /** Checksum of the root's `.dirmeta`. */
  readonly meta: string;
}
/** Errors: OSTREE_OBJECT_INVALID. */
declare function decodeCommit(bytes: Uint8Array): Commit;
/** The object's bytes; their SHA-256 is the commit's checksum. */
declare function encodeCommit(commit: Commit): Buffer;
/** What stays the same when only metadata and time change: SHA-256 of both root checksums (ostree.md §5.3). */
declare function contentChecksum(commit: Pick<Commit, "tree" | "meta">): string;
/** A string of the commit's metadata, where it is one. */
declare function metadataText(commit: Commit, key: string): string | undefined;
/** Where a repository is read from: a folder of the host, or anything that behaves like one. */
type RepoFiles = Pick<Source, "list" | "stat" | "readlink" | "open" | "xattrs" | "head">;
/** A content that another thread can begin with before it is opened. */
interface ReadAhead {
  /** Bytes in memory from `begin` on. */
  readonly held: number;
  /** Begins to read the content; the next `open` goes on with it, and tells its errors. */
  begin(): void;
  /** Ends what was begun, unless it was opened. */
  end(): Promise<void>;
}
/** What a repository from a stranger may cost (ostree.md §9). Checksums prove who wrote a tree, not that it is harmless. */
interface RepoLimits {
  /** Bytes of a metadata object. */
  readonly metadata: number;
  /** Bytes of the header of an archived content object. */
  readonly header: number;
  /** Bytes of one file's content. */
  readonly file: number;
  /** Bytes of all contents of one walk. */
  readonly bytes: number;
  /** Paths of one walk: equal subtrees count as often as they appear. */
  readonly entries: number;
  /** Bytes of a path. */
  readonly path: number;
  /** Folders within folders. */
  readonly depth: number;
  /** Extended attributes of one object. */
  readonly xattrs: number;
  /** Bytes of the value of an extended attribute. */
  readonly xattrValue: number;
}
/** What is read of a repository where the caller sets nothing else: bytes, and numbers of entries. */
declare const defaultRepoLimits: RepoLimits;
/** `what` is more than the limit allows. */
declare function beyond(what: string, limit: number): OcishError<"LIMIT_EXCEEDED">;
/** Extended attributes by name, sorted by bytes. */
type Xattrs = ReadonlyMap<string, Uint8Array>;
/** Reads an `a(ayay)`; names carry a NUL. Errors: OSTREE_OBJECT_INVALID. */
declare function decodeXattrs(bytes: Uint8Array, limits: RepoLimits): Xattrs;
/** Writes an `a(ayay)`, sorted by the bytes of the names. */
declare function encodeXattrs(xattrs: Xattrs): Buffer;
/** The same attributes in the order in which they are hashed and written. */
declare function sortedXattrs(xattrs: Xattrs): Xattrs;
/** What is hashed before the bytes of a file: owner, whole mode, target, attributes (ostree.md §6.1). */
interface ContentHeader {
  readonly uid: number;
  readonly gid: number;
  /** With the type bits. */
  readonly mode: number;
  /** Of a link, else empty. */
  readonly target: string;
  /** The `a(ayay)` as it was stored. */
  readonly xattrs: Uint8Array;
}
/** The header with its length prefix, as it is hashed. */
declare function encodeHashedHeader(header: ContentHeader): Buffer;
/** The head of a `.filez`: the same header behind the content's size (ostree.md §6.2). */
declare function encodeArchiveHeader(header: ContentHeader, size: number): Buffer;
/** How a repository keeps its files (specs/ostree.md §1). */
type RepoMode = "archive" | "bare" | "bare-user" | "bare-user-only" | "bare-split-xattrs";
/** A file or link of a tree, whatever the mode of the repository that holds it. */
interface ContentObject {
  readonly checksum: string;
  readonly type: "file" | "link";
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
  readonly xattrs: Xattrs;
  /** The same as they were hashed: an `a(ayay)`. */
  readonly rawXattrs: Uint8Array;
  /** Bytes; 0 for a link. */
  readonly size: number;
  readonly target?: string;
  /**
   * The content. The iteration throws after the last byte when the object is not what its name says, so nothing may be
   * shown before. Errors: DIGEST_MISMATCH, OSTREE_OBJECT_INVALID, OSTREE_OBJECT_MISSING.
   */
  readonly open: OpenBytes;
  /** Mode `archive`: the content as it is stored, a raw deflate stream; not verified. */
  readonly openDeflated?: OpenBytes;
  /** Where it is worth it: the content can be begun before it is opened. */
  readonly ahead?: ReadAhead;
}
/** A folder's entries (ostree.md §5.1), both lists sorted by the bytes of the names; links are among the files. */
interface DirTree {
  readonly files: readonly {
    readonly name: string;
    readonly checksum: string;
  }[];
  readonly folders: readonly {
    readonly name: string;
    readonly tree: string;
    readonly meta: string;
  }[];
}
/** A folder's owner, permission bits and attributes. */
interface DirMeta {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly xattrs: Xattrs;
}
/** The type bits of a regular file's mode, as in stat(2). */
declare const regularType = 32768;
/** The type bits of a symbolic link's mode, as in stat(2). */
declare const linkType = 40960;
/** Errors: OSTREE_OBJECT_INVALID, also for names that libostree lets pass (ostree.md §9). */
declare function decodeDirTree(bytes: Uint8Array): DirTree;
/** The object's bytes; the lists must be sorted. */
declare function encodeDirTree(tree: DirTree): Buffer;
/** The bytes of a `.dirmeta`, or of a `user.ostreemeta` when the mode has a file's type bits. */
declare function encodeDirMeta(meta: DirMeta): Buffer;
/** A name for a commit. One that cannot be read has a `problem` instead of a `commit`. */
interface Ref {
  /** `REMOTE:NAME` for one of a remote. */
  readonly ref: string;
  readonly commit?: string;
  /** The ref file that an alias leads to. */
  readonly alias?: string;
  readonly problem?: string;
}
/** True for a name that OSTree takes for a ref (ostree.md §2). */
declare function isRefName(name: string): boolean;
/** An OSTree repository that is only read. Every object is verified by its checksum. */
interface Repository {
  readonly mode: RepoMode;
  readonly limits: RepoLimits;
  refs(): AsyncGenerator<Ref>;
  /** Errors: OSTREE_REF_NOT_FOUND with the refs that exist. */
  resolve(revision: string): Promise<string>;
  /** Errors of all below: OSTREE_OBJECT_MISSING, OSTREE_OBJECT_INVALID, DIGEST_MISMATCH, LIMIT_EXCEEDED. */
  commit(checksum: string): Promise<Commit>;
  /** Whether the commit object itself is here: a short history is normal. */
  hasCommit(checksum: string): Promise<boolean>;
  /** Detached metadata, not covered by any checksum. */
  detached(checksum: string): Promise<ReadonlyMap<string, Variant> | undefined>;
  /** Only a part of the commit was brought here, or objects were found missing. */
  isPartial(checksum: string): Promise<boolean>;
  tree(checksum: string, treePath?: string): Promise<DirTree>;
  meta(checksum: string, treePath?: string): Promise<DirMeta>;
  content(checksum: string, treePath?: string): Promise<ContentObject>;
  /** The verified bytes of a metadata object. */
  object(checksum: string, kind: "commit" | "dirtree" | "dirmeta", treePath?: string): Promise<Buffer>;
  /** The bytes of the detached metadata. */
  detachedBytes(checksum: string): Promise<Buffer | undefined>;
}
/** Limits of what is read of a repository; those that are not given are `defaultRepoLimits`. */
interface OpenRepoOptions {
  /** What a person calls the folder, for errors. */
  readonly name?: string;
  readonly limits?: Partial<RepoLimits>;
}
/** Opens a repository; nothing of it is changed. Errors: OSTREE_REPO_INVALID. */
declare function openRepo(files: RepoFiles, options?: OpenRepoOptions): Promise<Repository>;
/** What is wrong with an object that a commit needs. */
interface Fault {
  /** `objects/ab/….filez`, or the checksum of a commit. */
  readonly object: string;
  /** Where in the tree it is needed first. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}
/** What `fsck` found of one commit: the objects it looked at, and how many are missing or wrong. */
interface FsckResult {
  readonly commit: string;
  readonly objects: number;
  readonly faults: number;
}
/**
 * Reads and verifies every object that a commit needs, each once. Faults come as they are found; the generator returns
 * their number. A commit of which only a part is here is a fault, too.
 */
declare function fsck(repo: Repository, commit: string, options?: {
  readonly signal?: AbortSignal;
}): AsyncGenerator<Fault, FsckResult>;
/** What an object is, as its file's suffix says (specs/ostree.md §1). */
type ObjectKind = "commit" | "dirtree" | "dirmeta" | "file" | "filez" | "commitmeta" | "tombstone-commit" | "file-xattrs" | "file-xattrs-link";
/** Where an object lies below the repository. */
declare function objectPath(checksum: string, kind: ObjectKind): string;
/** True for 64 lower-case hex digits. */
declare function isChecksum(text: string): boolean;
/** What of the objects is needed. */
interface ReadContentsOptions {
  /** The contents will be read too: other threads begin with the next ones. */
  readonly contents?: boolean;
}
/**
 * Content objects, each beside what was asked, in that order; the next ones are looked up while one is in use. Errors: as
 * `Repository.content`, each when its object would come.
 */
declare function readContents<W extends {
  readonly checksum: string;
  readonly path: string;
}>(repo: Repository, wanted: Iterable<W>, options?: ReadContentsOptions): AsyncGenerator<readonly [ContentObject, W]>;
/** The files of a repository on this machine. Dispose of it to end the helper that reads attributes. */
declare function localFiles(root: string): RepoFiles & Disposable;
/** Modes that are written; the others need root, or are read only. */
type WrittenMode = "archive" | "bare-user";
/** What is known of a file or link before its bytes. */
interface NewContent {
  readonly type: "file" | "link";
  readonly uid: number;
  readonly gid: number;
  /** Permission bits; a link has 0777 whatever is said here. */
  readonly mode: number;
  readonly xattrs: Xattrs;
  /** As they were hashed before, where that is known: an `a(ayay)`. */
  readonly rawXattrs?: Uint8Array;
  /** Bytes; 0 for a link. */
  readonly size: number;
  readonly target?: string;
  readonly open: () => Bytes;
}
/** Writes a repository of mode `archive` or `bare-user` into a target. Equal objects are written once. */
interface RepoWriter {
  /** The checksum of what was written. Errors: SIZE_MISMATCH, those of the target. */
  content(content: NewContent): Promise<string>;
  /** The checksum of a metadata object. */
  metadata(kind: "commit" | "dirtree" | "dirmeta", bytes: Uint8Array): Promise<string>;
  detached(commit: string, bytes: Uint8Array): Promise<void>;
  /** Names a commit, as the last step. Errors: OSTREE_REF_NOT_FOUND for a name that is none. */
  ref(name: string, commit: string): Promise<void>;
}
/**
 * Begins a repository: its folders and `config`. `has`: objects that are there already and need no writing. Mode
 * `bare-user` needs a target that takes attributes. Errors: UNSUPPORTED.
 */
declare function createRepo(target: Target, has?: (path: string) => Promise<boolean>, mode?: WrittenMode): Promise<RepoWriter>;
/** A folder of a tree. */
interface TreeFolder extends DirMeta {
  readonly type: "folder";
  /** Relative, without leading slash; empty for the root. */
  readonly path: string;
  /** Checksums of its `.dirtree` and `.dirmeta`. */
  readonly tree: string;
  readonly meta: string;
}
/** A file or link of a tree. */
interface TreeFile extends ContentObject {
  readonly path: string;
}
/** A folder or a file of a commit's tree. */
type TreeNode = TreeFolder | TreeFile;
/** Where a walk begins, and whether it goes into folders. */
interface WalkOptions extends ReadContentsOptions {
  readonly signal?: AbortSignal;
  /** Begin below this folder, or with this file. Errors: PATH_NOT_FOUND. */
  readonly from?: string;
  /** Also what is in folders below. Default true. */
  readonly recursive?: boolean;
}
/**
 * All entries of a commit: a folder, its files in their order, then its folders, each the same way (ostree.md §10).
 * Contents are not read. Equal subtrees are walked as often as they appear, and paths are what is limited: they are counted
 * before the first entry comes. Errors: LIMIT_EXCEEDED, PATH_NOT_FOUND, those of reading objects.
 */
declare function walk(repo: Repository, commit: Pick<Commit, "tree" | "meta">, options?: WalkOptions): AsyncGenerator<TreeNode>;
/** The entry at a path. Errors: PATH_NOT_FOUND, those of reading objects. */
declare function find(repo: Repository, commit: Pick<Commit, "tree" | "meta">, path: string): Promise<TreeNode>;
export { type Commit, type ContentHeader, type ContentObject, type DirMeta, type DirTree, type Fault, type FsckResult, type NewContent, type ObjectKind, type OpenRepoOptions, type Ref, type RepoFiles, type RepoLimits, type RepoMode, type RepoWriter, type Repository, type TreeFile, type TreeFolder, type TreeNode, type Variant, type VariantValue, type WalkOptions, type WrittenMode, type Xattrs, beyond, contentChecksum, createRepo, decodeCommit, decodeDirTree, decodeVariant, decodeXattrs, defaultRepoLimits, encodeArchiveHeader, encodeCommit, encodeDirMeta, encodeDirTree, encodeHashedHeader, encodeVariant, encodeXattrs, find, fsck, isChecksum, isRefName, linkType, localFiles, metadataText, objectPath, openRepo, readContents, regularType, sortedXattrs, walk };