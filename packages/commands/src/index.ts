export { signatures } from './all-signatures.ts'
export { loadCommand } from './load-command.ts'
export type * from './services.ts'
