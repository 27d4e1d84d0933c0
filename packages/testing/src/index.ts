export { type Authority, type Certificate, createAuthority } from './certificates.ts'
export {
  type BlobInput,
  bytesOf,
  content,
  type Content,
  type ContentInput,
  type IndexInput,
  type ManifestInput,
  noise,
  opened,
  type PartInput,
  type Piece,
  type RawInput,
  readAll,
} from './content.ts'
export { dockerRegistry, type DockerRegistry, type DockerRegistryOptions } from './docker-registry.ts'
export { type EmbeddedRegistry, embeddedRegistry } from './embedded-registry.ts'
export { freePort } from './free-port.ts'
export { type FailResult, toFailWith } from './matchers.ts'
export { nginx, type Nginx, type NginxOptions } from './nginx.ts'
export { describeWith, findProgram, has, programPath } from './programs.ts'
export { type RawAnswer, rawRequest, type RawRequestOptions } from './raw-request.ts'
export {
  type OcishRun,
  type OcishRunOptions,
  ocishBin,
  runOcish,
  type StartedOcish,
  startOcish,
} from './run-ocish.ts'
export { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts'
export {
  type TokenRequest,
  type TokenScope,
  tokenServer,
  type TokenServer,
  type TokenServerOptions,
} from './token-server.ts'
export { describeRegistry } from './registry-suite/describe-registry.ts'
export type { Lack, RegistrySuiteOptions, RegistryUnderTest } from './registry-suite/suite.ts'
export { kindContext, type KindContextOptions, type MemoryContext } from './kind-context.ts'
export {
  memoryFile,
  memorySource,
  memoryTarget,
  type MemoryEntry,
  type MemoryFile,
  type MemoryTarget,
} from './kind-doubles.ts'
export { miniCommit, miniFiles, miniSource } from './mini-ostree-repo.ts'
export {
  describeKind,
  type KindCase,
  type KindRefusal,
  type KindSuiteOptions,
  type LocationCase,
} from './kind-suite.ts'
export { artifactIn, artifactOf, type MemoryArtifact, type MemoryContent } from './memory-artifact.ts'
export { counted, type CountedRegistry } from './counted.ts'
export type { FaultAction, Incoming, Outgoing } from './faults/action.ts'
export { type FaultRecord, type FaultServer, type RequestFilter, serveFaults } from './faults/fault-server.ts'
export * as faults from './faults/faults.ts'
export { personalities } from './faults/personalities.ts'
export type { FaultRoute, FaultRule } from './faults/rule.ts'
