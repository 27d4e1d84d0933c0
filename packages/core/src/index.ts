export * from '@ocish/sdk'
export { withAttempts } from './attempts.ts'
export { abortable, counted, fromBytes } from './bytes.ts'
export { copy } from './copy.ts'
export type {
  CopyCounts,
  CopyOptions,
  CopyResult,
  IndexMode,
  ReferrerFilter,
  SkipReason,
} from './copy/options.ts'
export { pumpBlob, pumpPlainly } from './copy/pump.ts'
export { ForwardingRegistry } from './filter/forwarding.ts'
export { logged, type LoggedCall } from './filter/logged.ts'
export { readOnly } from './filter/read-only.ts'
export { scoped } from './filter/scoped.ts'
export { select, type Selection } from './filter/select.ts'
export { globMatch, matchingTags } from './glob.ts'
export { createMemoryRegistry, type MemoryRegistryOptions } from './memory.ts'
export {
  descendToPlatform,
  maxIndexDepth,
  type OpenedManifest,
  readChild,
  readManifest,
} from './open-manifest.ts'
export { listEtag, manifestEtag, notModified, paged } from './pages.ts'
export { pause } from './pause.ts'
export { formatPlatform, hostPlatform, parsePlatform, platformDistance, selectPlatform } from './platform.ts'
export type { OnTransfer, TransferEvent } from './progress.ts'
export { createRateLimit, paced, type RateLimit } from './rate-limit.ts'
export {
  type Exclusive,
  indexReferrer,
  type IndexReferrerOptions,
  listReferrers,
  type ListReferrersOptions,
  pushReferrer,
  referrerDescriptor,
  removeReferrer,
} from './referrers.ts'
export type {
  Abilities,
  Ability,
  BlobContent,
  BlobExpectation,
  AdoptBlobOptions,
  CallOptions,
  Deleter,
  Feed,
  Freshness,
  Lister,
  ListOptions,
  ManifestContent,
  ManifestStat,
  MountOptions,
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
  ResumableContent,
  Retry,
  Sink,
  StagedBlob,
  UnverifiedBytes,
  Upload,
  Writer,
} from './registry.ts'
export { requiredParts, successors } from './successors.ts'
export { Turns } from './turns.ts'
export { isUnanswered } from './unanswered.ts'
export { noAbilities, unsupported, UnsupportedRegistry } from './unsupported.ts'
export { checkDigest, checkSize, type Expected, verified, type VerifyOptions } from './verified.ts'
