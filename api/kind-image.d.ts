// index.d.mts
import { TarEntry, TarInput } from "@ocish/archive";
import { Artifact, Bytes, FieldValue, Kind } from "@ocish/sdk";
/** A file, or a folder that travels as one archive. */
interface BundledFile {
  readonly path: string;
  readonly folder: boolean;
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}
/** Titled layers, as oras writes them. */
interface FileBundle {
  readonly files: readonly BundledFile[];
}
/** One step of an image's making. */
interface HistoryStep {
  readonly by: string;
  readonly created?: string;
  readonly comment?: string;
  /** It made no layer. */
  readonly empty: boolean;
}
/** A container image: what its configuration says (image-spec, config.md). */
interface Image {
  readonly platform: string;
  readonly created?: string;
  readonly author?: string;
  readonly user?: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingFolder?: string;
  readonly environment: readonly string[];
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly stopSignal?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly history: readonly HistoryStep[];
  readonly layers: number;
}
/** One entry of an index. */
interface IndexEntry {
  readonly digest: string;
  /** Bytes of the manifest. */
  readonly size: number;
  readonly platform?: string;
  readonly artifactType?: string;
  /** BuildKit: the digest of the entry that this one attests. */
  readonly attests?: string;
}
/** The model of `index`: what an index offers, in its order. */
interface ImageIndex {
  readonly entries: readonly IndexEntry[];
}
/** Kinds of somebody, to be installed with `plugin add REF`. */
interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly kinds: readonly string[];
}
/** What an in-toto statement says (specs: trust §4.3, §5.2). Nothing of it is verified. */
interface Statement {
  readonly predicateType: string;
  /** `sha256:…`, at most as many as are shown. */
  readonly subjects: readonly string[];
  readonly subjectCount: number;
  /** Of the first subject: what cosign 3 takes for claims. */
  readonly claims: Readonly<Record<string, string>>;
  /** Facts of the predicate, in the order they are shown. */
  readonly facts: readonly {
    readonly label: string;
    readonly value: FieldValue;
  }[];
}
/** A signed envelope, as far as it can be told without verifying it. */
interface Envelope {
  readonly form: string;
  readonly signer?: string;
  readonly certificateValidity?: string;
  readonly log?: string;
  readonly time?: string;
  readonly timestamp: boolean;
  /** Absent for a signature over the manifest itself. */
  readonly statement?: Statement;
}
/** Attestations of one artifact: bundles, bare envelopes, or unsigned statements. Nothing of it is verified. */
interface Attestation {
  readonly signed: boolean;
  readonly count: number;
  readonly envelopes: readonly Envelope[];
  readonly subject?: string;
}
/** A software bill of materials, in its main facts. */
interface SbomDocument {
  readonly format: "SPDX" | "CycloneDX" | "Syft" | "unknown";
  readonly version?: string;
  readonly name?: string;
  readonly created?: string;
  readonly tools: readonly string[];
  readonly packages: number;
  /** The most frequent ones, with how often. */
  readonly licences: readonly string[];
}
/** A software bill of materials: a plain document, which nobody signed, or the predicate of a bundle. */
type Sbom = {
  readonly signed: false;
  readonly document: SbomDocument;
  readonly subject?: string;
} | {
  readonly signed: true;
  readonly envelope: Envelope;
  readonly subject?: string;
};
/** A notation signature, as far as it can be told without verifying it (specs: trust §8.2). */
interface NotationSignature {
  readonly form: "notation JWS" | "notation COSE";
  readonly algorithm: string;
  readonly digest: string;
  readonly claims: Readonly<Record<string, FieldValue>>;
  readonly scheme?: string;
  readonly time?: string;
  readonly expiry?: string;
  readonly agent?: string;
  readonly signer?: string;
  readonly issuer?: string;
  /** SHA-256 of each certificate, leaf first. */
  readonly thumbprints: readonly string[];
}
/** One signature of cosign, as far as it can be told without verifying it (specs: trust §2). */
interface SimpleSignature {
  readonly reference: string;
  readonly digest: string;
  readonly claims: Readonly<Record<string, FieldValue>>;
  readonly signer: string;
  readonly certificateValidity?: string;
  readonly log?: string;
  readonly time?: string;
  readonly timestamp: boolean;
}
/** A signature in one of the forms that registries hold (specs: trust §1). Nothing of it is verified. */
type Signature = {
  readonly form: "cosign";
  readonly count: number;
  readonly signatures: readonly SimpleSignature[];
  readonly subject?: string;
} | {
  readonly form: "bundle";
  readonly bundle: Envelope;
  readonly subject?: string;
} | {
  readonly form: "notation";
  readonly signature: NotationSignature;
  readonly subject?: string;
};
/** A WebAssembly module or component (CNCF TAG Runtime, "Wasm OCI Artifact"). */
interface Wasm {
  readonly form: "module" | "component" | "unknown";
  readonly architecture?: string;
  readonly os?: string;
  readonly created?: string;
  readonly author?: string;
  readonly target?: string;
  readonly exports: readonly string[];
  readonly imports: readonly string[];
  /** Bytes. */
  readonly size: number;
}
/** What an entry of a layer says, and where it stands: its layer and its place in it, both from 0. */
interface Inode {
  readonly layer: number;
  readonly ordinal: number;
  readonly entry: TarEntry;
}
/** A path of the merged root, and what is there; without an inode a folder that is only implied. */
interface RootPath {
  readonly path: string;
  readonly inode?: Inode;
}
/** The root file system of an image, known by its paths; contents are read from the layers when they are wanted. */
interface MergedRoot {
  /** Parents first, siblings by name. A second name of a file is the same inode. */
  readonly paths: readonly RootPath[];
  /** The content of a file; reads its layer up to there, and on to its end so that all of it is verified. */
  open(inode: Inode): Bytes;
  /** Everything as entries of one archive: folders, files with their other names, then links and devices. */
  entries(): AsyncIterable<TarInput>;
}
/**
 * Reads the layers of an image once and merges them (image-spec, layer.md).
 * Errors: ARCHIVE_INVALID, ARCHIVE_UNSAFE, LIMIT_EXCEEDED, those of the layers.
 */
declare function mergedRoot(artifact: Artifact, signal: AbortSignal): Promise<MergedRoot>;
/** The merged root file system of an image as one tar stream. Errors: those of `mergedRoot`. */
declare function exportRoot(artifact: Artifact, signal: AbortSignal): AsyncGenerator<Uint8Array, void>;
declare const kinds: readonly [Kind<Image>, Kind<ImageIndex>, Kind<Signature>, Kind<Attestation>, Kind<Sbom>, Kind<Wasm>, Kind<FileBundle>, Kind<Plugin>];
export { type Attestation, type BundledFile, type FileBundle, type HistoryStep, type Image, type ImageIndex, type IndexEntry, type Inode, type MergedRoot, type Plugin, type RootPath, type Sbom, type Signature, type Wasm, kinds as default, exportRoot, mergedRoot };