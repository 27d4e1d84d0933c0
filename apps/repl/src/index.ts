export type { StartOptions } from './session/session-options.ts'
export { startSession } from './start-session.ts'
