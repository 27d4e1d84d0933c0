import type { Kind } from '@ocish/sdk'
import { files, type FileBundle } from './files.ts'
import { image, type Image } from './image.ts'
import { imageIndex, type ImageIndex } from './image-index.ts'
import { plugin, type Plugin } from './plugin.ts'
import { attestation, type Attestation } from './trust/attestation.ts'
import { sbom, type Sbom } from './trust/sbom.ts'
import { signature, type Signature } from './trust/signature.ts'
import { wasm, type Wasm } from './wasm.ts'

const kinds: readonly [
  Kind<Image>,
  Kind<ImageIndex>,
  Kind<Signature>,
  Kind<Attestation>,
  Kind<Sbom>,
  Kind<Wasm>,
  Kind<FileBundle>,
  Kind<Plugin>,
] = [image, imageIndex, signature, attestation, sbom, wasm, files, plugin]

export default kinds
export { exportRoot, mergedRoot, type MergedRoot } from './root/merged-root.ts'
export type { Inode, RootPath } from './root/root-tree.ts'
export type { Attestation } from './trust/attestation.ts'
export type { BundledFile, FileBundle } from './files.ts'
export type { HistoryStep, Image } from './image.ts'
export type { ImageIndex, IndexEntry } from './image-index.ts'
export type { Plugin } from './plugin.ts'
export type { Sbom } from './trust/sbom.ts'
export type { Signature } from './trust/signature.ts'
export type { Wasm } from './wasm.ts'
