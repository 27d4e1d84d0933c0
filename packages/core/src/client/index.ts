export { createClient } from './client.ts'
export type {
  CachedToken,
  ClientOptions,
  Credential,
  CredentialLookup,
  Limits,
  ProxySettings,
  RetryEvent,
  Timeouts,
  TokenCache,
} from './options.ts'
export { proxyFromEnvironment } from './proxy.ts'
export type { TraceEvent } from './trace.ts'
