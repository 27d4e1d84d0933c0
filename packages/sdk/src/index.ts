export type { Bytes, OpenBytes } from './bytes.ts'
export type { Annotations, Descriptor, Platform } from './descriptor.ts'
export { hasCode, isOcishError, OcishError, type OcishErrorOptions, type Span } from './errors.ts'
export { exitByCode, exitOf, exits } from './exit-codes.ts'
export { apiVersion, defineKind, isArtifact, isPackedIndex } from './kind.ts'
export type {
  Artifact,
  Description,
  Field,
  FieldValue,
  Finding,
  Kind,
  KindCall,
  KindCommand,
  KindCommandContext,
  KindContext,
  KindExample,
  KindOption,
  KindParam,
  Lookup,
  Match,
  Packed,
  PackedIndex,
  PackedManifest,
  Part,
  Source,
  SourceMatch,
  Target,
  TreeEntry,
  Written,
} from './kind.ts'
export type { ArtifactManifest, ImageManifest, IndexManifest, Manifest } from './manifest.ts'
export type { SchemaIssue, SchemaResult, StandardSchema } from './schema.ts'
export type {
  CacheLocation,
  FileLocation,
  KindLocation,
  Location,
  PathLocation,
  RegistryLocation,
  StdioLocation,
} from './location.ts'
