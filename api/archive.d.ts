// index.d.mts
import { Bytes, Digester, OcishError, OpenBytes, Source, Target, TreeEntry } from "@ocish/sdk";
import { Stats } from "node:fs";
/** A source that can leave bytes out without reading them: a file. */
interface SkippableBytes extends Bytes {
  /** Leaves out the next bytes of the iteration under way; false when the source ends before. */
  skip(length: number): Promise<boolean>;
}
/** A compression that layers and archives have; `none` is a plain tar. */
type Compression = "none" | "gzip" | "zstd";
/** By the first bytes: gzip (RFC 1952), zstd (RFC 8878, also skippable frames), else none. */
declare function sniffCompression(head: Uint8Array): Compression;
/**
 * What `decompressed` takes for granted and how much it gives. Beyond `ratio` or `bytes` it throws LIMIT_EXCEEDED
 * (T40).
 */
interface DecompressOptions {
  /** Default: by the first bytes. */
  readonly compression?: Compression;
  /** Decompressed to compressed bytes, counted beyond the first 64 MiB of output. */
  readonly ratio?: number;
  /** Decompressed bytes at the most. */
  readonly bytes?: number;
}
/**
 * The decompressed stream. The source is read to its end, and closed when the consumer leaves early.
 * Errors: ARCHIVE_INVALID (damaged), LIMIT_EXCEEDED (a bomb).
 */
declare function decompressed(bytes: Bytes, options?: DecompressOptions): Bytes & AsyncGenerator<Uint8Array, void>;
/** How `compress` works: the level, and how much of it at once. */
interface CompressOptions {
  /** gzip 1–9 (default 6), zstd 1–19 (default 3). */
  readonly level?: number;
  /** Blocks in work at a time; changes the speed, never the bytes. */
  readonly threads?: number;
  /** Is told the uncompressed bytes, in their order, before they are compressed. */
  readonly plain?: Pick<Digester, "update">;
}
/**
 * Compresses in independent blocks on libuv's thread pool, as pigz does: the bytes depend on the input, the level and
 * the zlib version, never on the number of threads.
 */
declare function compressed(bytes: Bytes, compression: Compression, options?: CompressOptions): Bytes;
/** What a tar entry is that is written. */
type TarEntryType = "file" | "folder" | "link" | "hardlink" | "fifo" | "character" | "block";
/** What a tar header says about one entry (POSIX pax, ustar). */
interface TarEntry {
  /** As written in the archive, without a trailing slash; nothing is normalised. */
  readonly path: string;
  readonly type: TarEntryType;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName?: string;
  readonly groupName?: string;
  /** Bytes; 0 for all but files. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** For links and hard links. */
  readonly target?: string;
  readonly device?: {
    readonly major: number;
    readonly minor: number;
  };
  /** Extended attributes (`SCHILY.xattr.*`). */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}
/** An entry while it is read. What is not consumed when the next one is asked for is skipped. */
interface TarMember extends TarEntry {
  /** Where its content begins in the uncompressed archive. */
  readonly offset: number;
  /** Iterate it once; empty for all but files. */
  readonly content: Bytes;
}
/** An entry to be written; `open` must give exactly `size` bytes. */
interface TarInput extends TarEntry {
  readonly open?: OpenBytes;
}
/** What a file of this machine is as an entry of a tree; a link is told by `lstat` only. */
declare function entryKind(stats: Stats): TreeEntry["kind"];
/**
 * The path below the root that an entry names; `''` is the root itself. Leading `./` and a trailing `/` are dropped;
 * everything else that is not a plain relative path is refused (T1). Errors: ARCHIVE_UNSAFE.
 */
declare function entryPath(path: string): string;
/** The form under which case-folding and Unicode-normalising file systems know a path (T51). */
declare function foldedPath(path: string): string;
/** What an archive from a stranger may cost. */
interface ArchiveLimits {
  /** Entries in one archive. */
  readonly entries: number;
  /** Bytes of all contents together, decompressed. */
  readonly bytes: number;
  /** Bytes of one file. */
  readonly file: number;
  /** Bytes of one path or link target. */
  readonly path: number;
  /** Bytes of the pax records of one entry. */
  readonly records: number;
  /** Decompressed to compressed bytes, counted beyond the first 64 MiB of output. */
  readonly ratio: number;
}
/**
 * What an archive may hold where the caller sets nothing else (T40): counts, bytes, and decompressed to compressed
 * bytes.
 */
declare const defaultLimits: ArchiveLimits;
/** What `extract` writes of an archive, and what it refuses. */
interface ExtractOptions {
  readonly limits?: Partial<ArchiveLimits>;
  readonly signal?: AbortSignal;
  /** False: left out. Called with the path below the root. */
  readonly include?: (path: string) => boolean;
  /** Refuse two names that a case-folding or normalising file system takes for one. Default: true. */
  readonly portable?: boolean;
  /** Keep permission bits (never setuid, setgid, sticky). Default: only whether the owner may execute. */
  readonly preservePermissions?: boolean;
  /** Leave out links, hard links and devices instead of writing or refusing them; called once for each. */
  readonly skipSpecial?: (path: string, type: TarMember["type"]) => void;
}
/** What `extract` wrote. */
interface Extracted {
  readonly entries: number;
  /** Of all files. */
  readonly bytes: number;
}
/**
 * Writes a tar stream (gzip and zstd are recognised) through a target, which keeps everything below its root. Links that
 * leave, hard links to anything but an extracted file, devices and duplicates are refused (T1–T5, T11, T40, T51).
 * Errors: ARCHIVE_UNSAFE, ARCHIVE_INVALID, LIMIT_EXCEEDED, and those of the target and of the source.
 */
declare function extractTar(bytes: Bytes, target: Target, options?: ExtractOptions): Promise<Extracted>;
/**
 * The size in bytes of a regular file and its first `length` bytes, or all there are. Four short calls at once: as four
 * steps through the thread pool they cost ten times as much. Never waits on a pipe. `shown`: how errors name the file.
 * Errors: FILE_NOT_FOUND (also for a link, which is not followed), FILE_FAILED (also for what is no regular file).
 */
declare function fileHead(path: string, length: number, shown?: string): {
  readonly size: number;
  readonly bytes: Uint8Array;
};
/** What `folderEntries` takes of a folder, and what is made the same everywhere so that the bytes are. */
interface FolderOptions {
  /** Seconds since 1970 for every entry. Default 0, or what SOURCE_DATE_EPOCH says where the caller passes it. */
  readonly mtime?: number;
  /** Keep permission bits; else files are 0644 or 0755 and folders 0755. */
  readonly preservePermissions?: boolean;
  /** Lines in the form of .gitignore, before those of the folder's own `.ocishignore`. */
  readonly ignore?: readonly string[];
  readonly signal?: AbortSignal;
  /** Leave out links, devices and sockets instead of keeping or refusing them; called once for each. */
  readonly skipSpecial?: (entry: TreeEntry) => void;
}
/** The file of a folder whose lines, in the form of .gitignore, keep files out of what is packed. */
declare const ignoreFile = ".ocishignore";
/**
 * The entries of a folder in a fixed order (each folder before its content, names by bytes), with owner 0:0 and one
 * time: the same tree gives the same archive wherever and by whomever it is packed.
 * Errors: ARCHIVE_UNSAFE for a link that leaves the folder, for devices and sockets.
 */
declare function folderEntries(source: Source, options?: FolderOptions): AsyncGenerator<TarInput, void>;
/** How a tar header is written where programs differ. */
interface HeaderOptions {
  /** Write folders without a trailing slash, as some Go programs do. */
  readonly bareFolders?: boolean;
}
/** Header blocks of one entry: ustar, with a pax header before it where the fixed fields do not suffice. */
declare function encodeTarHeader(entry: TarEntry, options?: HeaderOptions): Buffer;
/** Zeros up to the next block. */
declare function padding(size: number): Buffer;
/** The two zero blocks that end an archive. */
declare function tarEnd(): Buffer;
/**
 * A failure of the file system while `path` was read, as one of ours: FILE_NOT_FOUND where nothing is there, else
 * FILE_FAILED. One that is ours already stays what it is.
 */
declare function readFailure(path: string, cause: unknown): OcishError;
/** Limits of `readTar`; those that are not given are `defaultLimits`. */
interface ReadTarOptions {
  readonly limits?: Partial<ArchiveLimits>;
}
/**
 * The entries of an uncompressed tar stream, in order. The source is read to its end, also behind the end-of-archive
 * blocks, so that a verified source is really verified; of one that can skip, contents nobody reads are left out.
 * Errors: ARCHIVE_INVALID, LIMIT_EXCEEDED.
 */
declare function readTar(bytes: Bytes | SkippableBytes, options?: ReadTarOptions): AsyncGenerator<TarMember, void>;
/**
 * Reads extended attributes through a helper process, since Node has no call for them: python3, else perl (ostree.md §7).
 * One process answers any number of questions; it ends with the program, and keeps it from ending only while it is asked.
 */
interface XattrReader {
  /** The attributes of a file itself, never of what a link points to; undefined when no helper is there. */
  read(path: string): Promise<ReadonlyMap<string, Uint8Array> | undefined>;
  close(): void;
}
/** Makes a reader; nothing is started before the first question. */
declare function createXattrReader(): XattrReader;
/** Sets extended attributes through a helper process, as `XattrReader` reads them (ostree.md §7). */
interface XattrWriter {
  /** Errors: FILE_FAILED where the file system takes none, or no helper is there. */
  write(path: string, name: string, value: Uint8Array): Promise<void>;
  close(): void;
}
/** Makes a writer; nothing is started before the first attribute. */
declare function createXattrWriter(): XattrWriter;
/**
 * A tar stream of these entries, in their order, and its two closing blocks (no padding to 10 KiB). Equal entries give
 * equal bytes. Errors: SIZE_MISMATCH when an entry's content is not `size` bytes long.
 */
declare function writeTar(entries: Iterable<TarInput> | AsyncIterable<TarInput>, options?: HeaderOptions): Bytes & AsyncGenerator<Uint8Array, void>;
export { type ArchiveLimits, type CompressOptions, type Compression, type DecompressOptions, type ExtractOptions, type Extracted, type FolderOptions, type HeaderOptions, type ReadTarOptions, type SkippableBytes, type TarEntry, type TarEntryType, type TarInput, type TarMember, type XattrReader, type XattrWriter, compressed, createXattrReader, createXattrWriter, decompressed, defaultLimits, encodeTarHeader, entryKind, entryPath, extractTar, fileHead, foldedPath, folderEntries, ignoreFile, padding, readFailure, readTar, sniffCompression, tarEnd, writeTar };