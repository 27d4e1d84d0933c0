export { contentChecksum, decodeCommit, encodeCommit, metadataText, type Commit } from './commit.ts'
export type { ContentObject } from './content.ts'
export { encodeArchiveHeader, encodeHashedHeader, type ContentHeader } from './content-header.ts'
export {
  decodeDirTree,
  encodeDirMeta,
  encodeDirTree,
  linkType,
  regularType,
  type DirMeta,
  type DirTree,
} from './dirtree.ts'
export { fsck, type Fault, type FsckResult } from './fsck.ts'
export { decodeVariant, encodeVariant, type Variant, type VariantValue } from './gvariant.ts'
export { beyond, defaultRepoLimits, type RepoLimits } from './limits.ts'
export { isChecksum, objectPath, type ObjectKind } from './object-path.ts'
export { readContents } from './read-contents.ts'
export { isRefName, type Ref } from './refs.ts'
export type { RepoMode } from './repo-config.ts'
export { localFiles } from './local-files.ts'
export type { RepoFiles } from './repo-files.ts'
export { createRepo, type NewContent, type RepoWriter } from './repo-writer.ts'
export type { WrittenMode } from './stored-content.ts'
export { openRepo, type OpenRepoOptions, type Repository } from './repository.ts'
export { find, walk, type TreeFile, type TreeFolder, type TreeNode, type WalkOptions } from './walk.ts'
export { decodeXattrs, encodeXattrs, sortedXattrs, type Xattrs } from './xattrs.ts'
