export {
  watchDifferences,
  helpDocument,
  isAwaitedChange,
  loadCommand,
  loadTagFacts,
  watchedName,
  watchRounds,
  signatures,
  watchEvents,
} from '@ocish/commands'
export type {
  Access,
  Confirmation,
  Opened,
  OpenedRegistry,
  WatchRound,
  Services,
  WatchEvent,
  WatchOptions,
} from '@ocish/commands'
export type { OnTransfer, TransferEvent } from '@ocish/core'
export type { TraceEvent } from '@ocish/core/client'
export { callDefaults, type CallDefaults } from './call-defaults.ts'
export { confirming, type Confirming } from './confirming.ts'
export type { Config, RegistrySettings, Setting } from './config.ts'
export { configSchema, projectSchema } from './config-schema.ts'
export type { JsonSchema } from './json-schema.ts'
export { createHost, type Host } from './host.ts'
export type {
  CallOptions,
  Described,
  HostOptions,
  KindCallOptions,
  PullOptions,
  PushOptions,
  PushResult,
} from './host-options.ts'
export { expandPaths } from './expand-paths.ts'
export { kindCommands } from './kind-commands.ts'
export { allKinds, builtInKinds, type KindEntry } from './kind-table.ts'
export { localFiles } from './local-files.ts'
export { type Env, type PathBase, type Paths, pathsFrom } from './paths.ts'
export type { CommandInput } from './run-command.ts'
export { createSession, type Session } from './session.ts'
export type { SessionOptions } from './session-options.ts'
export { callFlags, Sessions, type SessionsOptions } from './sessions.ts'
