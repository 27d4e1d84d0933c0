export {
  type BlobInput,
  content,
  type Content,
  type ContentInput,
  digestOf,
  type IndexInput,
  type ManifestInput,
  noise,
  opened,
  type PartInput,
  type Piece,
  type RawInput,
  readAll,
} from './content.ts'
export { type FailResult, toFailWith } from './matchers.ts'
export { describeWith, findProgram, has, programPath } from './programs.ts'
export {
  type OcishRun,
  type OcishRunOptions,
  ocishBin,
  runOcish,
  type StartedOcish,
  startOcish,
} from './run-ocish.ts'
export { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts'
