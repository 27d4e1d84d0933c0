export { type Layout, type LayoutOptions, openLayout } from './layout.ts'
export { isGone, type ProcessIdentity, thisProcess } from './process-identity.ts'
export { type HeldLock, type LockOptions, withLock } from './folder-lock.ts'
