// index.d.mts
import { Descriptor, Kind } from "@ocish/sdk";
/** An image that was made from a commit. */
interface OstreeImage {
  /** `encapsulated`: the layers hold the repository's objects; `plain`: the tree alone. */
  readonly form: "plain" | "encapsulated";
  readonly commit: string;
  readonly version?: string;
  readonly created?: string;
  readonly architecture?: string;
  readonly os?: string;
  readonly bootable: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly layers: readonly ImageLayer[];
}
interface ImageLayer {
  readonly descriptor: Descriptor;
  readonly diffId: string;
  /** What made it. */
  readonly history: string;
  /** Packages in it, of an encapsulated image. */
  readonly components: readonly string[];
  /** Added to the image after it was made. */
  readonly isDerived: boolean;
}
declare const kind: Kind<OstreeImage>;
export { type OstreeImage, kind as default };