// index.d.mts
import { Bytes, Descriptor, OcishError } from "@ocish/sdk";
import { CallOptions, Registry } from "@ocish/core";
/** How an oci-archive or docker-archive is opened. */
interface ArchiveOptions {
  /** `write` makes a new oci-archive, or a new one out of an uncompressed oci-archive that is there, by `commit`. */
  readonly access: "read" | "write";
  /** What a new one is; `docker` is never added to. Default: `oci`. */
  readonly format?: "oci" | "docker";
  /** The name of the archive's own repository; default: that of its file without `.tar`. */
  readonly name?: string;
  /** The folder where a compressed archive is decompressed to; default: that of the system. */
  readonly spool?: string;
  readonly signal?: AbortSignal;
}
/** An archive as a registry; its repositories and names are those of a layout (`Layout`). */
interface Archive extends Registry {
  /** Absolute. */
  readonly file: string;
  readonly repository: string;
  /** How the file is built. */
  readonly format: "oci" | "docker";
}
/** `openArchive` of `archive.ts`; its code and the tar engine are loaded with the first archive. Errors: those of it. */
declare function openArchive(path: string, options: ArchiveOptions): Promise<Archive>;
/** Bytes from `start` on. */
interface Fetched {
  readonly start: number;
  readonly bytes: Bytes;
}
/** Opens the content from byte `start` on; what it opens may begin earlier (a server without ranges), never later. */
type Fetch = (start: number, signal?: AbortSignal) => Promise<Fetched>;
/** A blob of the store (the shape of `CacheView` in @ocish/commands). */
interface StoredBlob {
  readonly digest: string;
  readonly size: number;
  readonly lastUse: Date;
  readonly repositories: readonly string[];
}
/** What one reference needs. `unique` are the bytes that no other reference of the store needs. */
interface StoreUsage {
  readonly ref: string;
  readonly size: number;
  readonly unique: number;
  readonly shared: number;
  readonly count: number;
}
/** What `prune` removes: what was not used since a moment, or what is oldest until little enough is left. */
interface PruneOptions {
  /** What was used last before. */
  readonly before?: Date;
  /** What was used longest ago, until this much is left. */
  readonly keepBytes?: number;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}
/** How the store names itself, and who hears of what keeps it from working. */
interface StoreOptions {
  /** How its errors name it; default `cache:`. */
  readonly name?: string;
  /** Hears once of what keeps the store from working as it should. */
  readonly warn?: (message: string) => void;
}
/**
 * The content store: one pool of blobs, and an image layout for each repository (`HOST/PATH`, or any path). As a
 * registry it holds all of them. Nothing is read or written before the first call.
 */
interface Store extends Registry {
  /** Absolute. */
  readonly folder: string;
  /** The repositories of one host, named without it. */
  registry(host: string): Registry;
  /**
   * The verified bytes of a blob of `repository` (with its host): from the store, or through `fetch` and into the store.
   * What arrives is kept, so that the next attempt asks for the rest only; two that want the same blob share one download.
   * Errors: FILE_FAILED, those of `fetch`; the iteration throws DIGEST_MISMATCH and SIZE_MISMATCH.
   */
  download(repository: string, blob: Descriptor, fetch: Fetch, options?: CallOptions): Promise<Bytes>;
  /** Repositories of the host that are known to have the blob: candidates for a mount. */
  locations(host: string, digest: string): Promise<readonly string[]>;
  /**
   * Names that were seen and begin with `prefix`, sorted, at most `limit`; asks nobody and never waits long. Without a
   * repository the repositories of the host, else its tags.
   */
  complete(place: {
    readonly host: string;
    readonly repository?: string;
  }, prefix: string, limit: number): Promise<readonly string[]>;
  ls(): AsyncIterable<StoredBlob>;
  usage(): AsyncIterable<StoreUsage>;
  /**
   * Removes what was not used since `before`, then what was used longest ago until `keepBytes` are left; with neither,
   * what no manifest leads to. Yields what it removed, or would remove.
   */
  prune(options: PruneOptions): AsyncIterable<StoredBlob>;
  clear(options: Pick<PruneOptions, "dryRun" | "signal">): AsyncIterable<StoredBlob>;
}
/** Opens the store below `folder` (created at the first write). Closing it writes what is behind. */
declare function openStore(folder: string, options?: StoreOptions): Store;
/** Whose content `cached` keeps, and how long what may change is taken as known. */
interface CachedOptions {
  /** The origin's name in the store: its host. */
  readonly host: string;
  /** Seconds for which tags and lists are taken as known without asking; default 60. */
  readonly freshFor?: number;
  /** What is younger than this many seconds is given at once and asked for behind; default 0. */
  readonly staleFor?: number;
  /** Nothing is asked. */
  readonly offline?: boolean;
  /** What is known is given, whatever its age, when the origin cannot be reached. */
  readonly staleOnError?: boolean;
  /** Hears once that what is known is given because of that. */
  readonly onStale?: () => void;
  /**
   * Who asks, as an opaque text without secrets: what somebody else has learnt is not taken as known without asking. Asked
   * for only where anything may be.
   */
  readonly asker?: () => Promise<string>;
  /** Whether a blob that was read is kept; default: all are. What a transfer pumps to another place passes by. */
  readonly keepBlob?: (blob: Descriptor) => boolean;
}
/**
 * A registry read through the store: manifests and blobs by digest are asked for once, tags and lists again when they
 * are no longer fresh, with the ETag at hand. Writes go to the origin and are noted. Whether something exists is never
 * answered from the store (`statBlob`), except offline. It does not close the store.
 * Errors besides those of the registry: NETWORK_FAILED (offline, and not in the store).
 */
declare function cached(registry: Registry, store: Store, options: CachedOptions): Registry;
/** How long a lock that another process holds is waited for. Errors: CACHE_LOCKED. */
interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until CACHE_LOCKED; default one minute. */
  readonly wait?: number;
}
/** What the holder of a lock may ask. */
interface HeldLock {
  /** False when somebody took the lock for abandoned: nothing may be written then. */
  isStillHeld(): Promise<boolean>;
}
/**
 * Runs `work` while the file `path` exists and is ours, among all processes of all machines that see its folder.
 * A lock whose process is gone is renamed away; one from another machine after half a minute without a change.
 * Errors: CACHE_LOCKED.
 */
declare function withLock<T>(path: string, work: (lock: HeldLock) => Promise<T>, options?: LockOptions): Promise<T>;
/** How an image layout is opened (image-spec, image-layout.md). */
interface LayoutOptions {
  /** `write` creates a layout that is missing, at the first write. */
  readonly access: "read" | "write";
  /** The name of the layout's own repository; default: that of its folder. */
  readonly name?: string;
}
/**
 * An image layout as a registry (image-spec, image-layout.md). It is one repository, `repository`; entries named by a
 * full reference (`docker.io/library/alpine:3.20`) are found in the repository they name, too, and pushing to another
 * repository than its own writes such names. Blobs, and manifests by digest, are the same in all of them.
 */
interface Layout extends Registry {
  /** Absolute. */
  readonly folder: string;
  readonly repository: string;
}
/**
 * Opens a layout. Nothing is written by opening or reading.
 * Errors: FILE_NOT_FOUND (reading what is not there), LAYOUT_INVALID (no layout; writing into a folder of other things).
 */
declare function openLayout(folder: string, options: LayoutOptions): Promise<Layout>;
/** One process among all machines that may see a folder. */
interface ProcessIdentity {
  /** Host name and, where there is one, the process namespace: a pid means something only inside it. */
  readonly host: string;
  readonly pid: number;
  /** Tells a process from a later one with the same pid; empty where the system does not say. */
  readonly started: string;
}
/** The identity of this process. */
declare function thisProcess(): Promise<ProcessIdentity>;
/** True only when it is certain that the process does not run any more. */
declare function isGone(identity: ProcessIdentity): Promise<boolean>;
export { type Archive, type ArchiveOptions, type CachedOptions, type Fetch, type Fetched, type HeldLock, type Layout, type LayoutOptions, type LockOptions, type ProcessIdentity, type PruneOptions, type Store, type StoreOptions, type StoreUsage, type StoredBlob, cached, isGone, openArchive, openLayout, openStore, thisProcess, withLock };