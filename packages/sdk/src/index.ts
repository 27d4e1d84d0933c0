export { type Artifact, isArtifact } from './artifact.ts'
export { collect, concat, ReadyBytes, streamOf } from './bytes.ts'
export type { Bytes, CollectOptions, OpenBytes } from './bytes.ts'
export type { Change, Description, Field, FieldValue } from './description.ts'
export { inlineData, isSameContent, parseAnnotations, parseDescriptor } from './descriptor.ts'
export type { Annotations, Descriptor, Platform } from './descriptor.ts'
export {
  algorithmOf,
  canVerify,
  createDigester,
  digestOf,
  isDigest,
  maxDigestLength,
  parseDigest,
  tagFallback,
} from './digest.ts'
export type { DigestAlgorithm, Digester, ParsedDigest } from './digest.ts'
export { encodeManifest, goDescriptor } from './encode.ts'
export { hasCode, isOcishError, OcishError, type OcishErrorOptions, type Span } from './errors.ts'
export { exitByCode, exitOf, exits } from './exit-codes.ts'
export type { Finding } from './finding.ts'
export { compareUtf8, encodeGoJson, type GoJson, type GoJsonOptions } from './go-json.ts'
export { isJsonObject, parseJson, type ParseJsonOptions } from './json.ts'
export { apiVersion, defineKind, type Kind, type KindOption } from './kind.ts'
export {
  kindData,
  packageField,
  type KindCommandData,
  type KindData,
  type PackageField,
} from './kind-data.ts'
export type { KindCall, KindCommand, KindCommandContext, KindExample, KindParam } from './kind-command.ts'
export type { KindContext, LocationContext, Lookup } from './kind-context.ts'
export { manifestArtifactType, maxManifestSize, parseManifest } from './manifest.ts'
export type { ArtifactManifest, ImageManifest, IndexManifest, Manifest } from './manifest.ts'
export type { BaseSetting, Match, SourceMatch } from './match.ts'
export {
  acceptManifests,
  docker,
  emptyBytes,
  emptyDescriptor,
  isForeignLayer,
  isIndexMediaType,
  isManifestMediaType,
  isSchema1,
  manifestMediaTypes,
  type MediaType,
  oci,
  octetStream,
  parseMediaType,
} from './media-types.ts'
export {
  isPackedIndex,
  type Packed,
  type PackedIndex,
  type PackedManifest,
  type Part,
  type Written,
} from './packed.ts'
export { formatLocation, type LocationOptions, parseLocation } from './parse-location.ts'
export { readPart } from './read-part.ts'
export {
  canonicalRegistry,
  dockerHub,
  formatReference,
  isRegistry,
  isRepository,
  isTag,
  looksLikeRegistry,
  maxRepositoryLength,
  maxTagLength,
  parseReference,
  type Reference,
  registryHost,
} from './reference.ts'
export type { SchemaIssue, SchemaResult, StandardSchema } from './schema.ts'
export type { Source, TreeEntry } from './source.ts'
export { statOrNothing } from './stat-or-nothing.ts'
export type { Target } from './target.ts'
export type {
  CacheLocation,
  FileLocation,
  KindLocation,
  Location,
  PathLocation,
  RegistryLocation,
  StdioLocation,
} from './location.ts'
