export * from '@ocish/sdk'
export type { OnTransfer, TransferEvent } from './progress.ts'
export type {
  Abilities,
  Ability,
  BlobContent,
  BlobExpectation,
  CallOptions,
  Deleter,
  Freshness,
  Lister,
  ListOptions,
  ManifestContent,
  ManifestStat,
  MountResult,
  Page,
  Place,
  PushBlobOptions,
  PushedManifest,
  PushManifestOptions,
  RangeContent,
  Reader,
  ReadOptions,
  Registry,
  Sink,
  UnverifiedBytes,
  Upload,
  Writer,
} from './registry.ts'
export { abortable, collect, type CollectOptions, concat, counted, fromBytes } from './bytes.ts'
export { createMemoryRegistry, type MemoryRegistryOptions } from './memory.ts'
export { listEtag, manifestEtag, notModified, paged } from './pages.ts'
export { requiredParts, successors } from './successors.ts'
export { noAbilities, unsupported, UnsupportedRegistry } from './unsupported.ts'
export { checkDigest, checkSize, type Expected, verified, type VerifyOptions } from './verified.ts'
