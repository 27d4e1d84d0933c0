export { type Action, defaultLimits, type Limits, type ServeOptions, type ServerAuth } from './options.ts'
export type { RequestRecord } from './request-log.ts'
export { serve, type Server } from './serve.ts'
