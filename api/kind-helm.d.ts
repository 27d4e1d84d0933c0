// index.d.mts
import { Kind } from "@ocish/sdk";
/** Plain data; objects without a prototype, so that any key is only data. */
type PlainValue = string | number | boolean | null | readonly PlainValue[] | {
  readonly [key: string]: PlainValue;
};
/** One of `maintainers` in Chart.yaml (specs/helm.md §3). */
interface Maintainer {
  readonly name?: string;
  readonly email?: string;
  readonly url?: string;
}
/** A chart that this one is made of, as Chart.yaml (or requirements.yaml) declares it. */
interface Dependency {
  readonly name: string;
  /** A constraint. */
  readonly version?: string;
  /** `oci://HOST/PATH`, `https://…`, `file://…`, or empty: it lies in charts/. */
  readonly repository: string;
  readonly condition?: string;
  readonly tags?: readonly string[];
  readonly enabled?: boolean;
  readonly "import-values"?: readonly PlainValue[];
  readonly alias?: string;
}
/** Chart.yaml after decoding and sanitising (specs/helm.md §3, §14); what is empty is absent. */
interface Metadata {
  readonly name?: string;
  readonly home?: string;
  readonly sources?: readonly string[];
  readonly version?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  /** Null for an entry without content, which validation refuses. */
  readonly maintainers?: readonly (Maintainer | null)[];
  readonly icon?: string;
  readonly apiVersion?: string;
  readonly condition?: string;
  readonly tags?: string;
  readonly appVersion?: string;
  readonly deprecated?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly kubeVersion?: string;
  readonly dependencies?: readonly (Dependency | null)[];
  readonly type?: string;
}
/** A published chart. */
interface HelmChart extends Metadata {
  /** RFC 3339, from the manifest. */
  readonly created?: string;
  /** Is a provenance file beside it? */
  readonly provenance: boolean;
  /** What values.yaml says; only where the whole chart was read. */
  readonly values?: PlainValue;
}
/** Helm charts (specs/helm.md). */
declare const helm: Kind<HelmChart>;
export { type Dependency, type HelmChart, type Maintainer, type Metadata, type PlainValue, helm as default };