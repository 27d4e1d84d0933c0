import type { PlainValue } from './yaml-tree.ts'

/** One of `maintainers` in Chart.yaml (specs/helm.md §3). */
export interface Maintainer {
  readonly name?: string
  readonly email?: string
  readonly url?: string
}

/** A chart that this one is made of, as Chart.yaml (or requirements.yaml) declares it. */
export interface Dependency {
  readonly name: string
  /** A constraint. */
  readonly version?: string
  /** `oci://HOST/PATH`, `https://…`, `file://…`, or empty: it lies in charts/. */
  readonly repository: string
  readonly condition?: string
  readonly tags?: readonly string[]
  readonly enabled?: boolean
  readonly 'import-values'?: readonly PlainValue[]
  readonly alias?: string
}

/** Chart.yaml after decoding and sanitising (specs/helm.md §3, §14); what is empty is absent. */
export interface Metadata {
  readonly name?: string
  readonly home?: string
  readonly sources?: readonly string[]
  readonly version?: string
  readonly description?: string
  readonly keywords?: readonly string[]
  /** Null for an entry without content, which validation refuses. */
  readonly maintainers?: readonly (Maintainer | null)[]
  readonly icon?: string
  readonly apiVersion?: string
  readonly condition?: string
  readonly tags?: string
  readonly appVersion?: string
  readonly deprecated?: boolean
  readonly annotations?: Readonly<Record<string, string>>
  readonly kubeVersion?: string
  readonly dependencies?: readonly (Dependency | null)[]
  readonly type?: string
}
