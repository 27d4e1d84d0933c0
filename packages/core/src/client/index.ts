export type { CredentialEnvironment } from './auth/containers-auth.ts'
export {
  eraseCredential,
  type NewCredential,
  storeCredential,
  type StoredCredential,
  type StoreOptions,
} from './auth/credential-store.ts'
export {
  type CredentialOptions,
  findCredential,
  type KnownCredential,
  listCredentials,
} from './auth/find-credential.ts'
export { createClient } from './client.ts'
export { checkContact } from './contact.ts'
export { apiOrigin } from './origin.ts'
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
  UploadMemory,
} from './options.ts'
export { proxyFor, proxyFromEnvironment } from './proxy.ts'
export type { TraceEvent } from './trace.ts'
export { verifyCredential } from './verify-credential.ts'
