import type { Metadata } from './metadata.ts'
import type { PlainValue } from './yaml-tree.ts'

export type { Dependency, Maintainer, Metadata } from './metadata.ts'

/** A published chart. */
export interface HelmChart extends Metadata {
  /** RFC 3339, from the manifest. */
  readonly created?: string
  /** Is a provenance file beside it? */
  readonly provenance: boolean
  /** What values.yaml says; only where the whole chart was read. */
  readonly values?: PlainValue
}
