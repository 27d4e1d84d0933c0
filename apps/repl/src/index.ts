export { Decoder } from './keys/decoder.ts'
