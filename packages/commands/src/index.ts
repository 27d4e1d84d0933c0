export { signatures } from './all-signatures.ts'
export { helpDocument } from './help-document.ts'
export { loadCommand } from './load-command.ts'
export type * from './services.ts'
