// index.d.mts
import { Kind } from "@ocish/sdk";
interface Author {
  readonly name?: string;
  readonly email?: string;
  readonly url?: string;
}
/** What the annotations hold, for all three kinds. */
interface Metadata {
  readonly name: string;
  readonly description: string;
  readonly author?: Author;
  readonly homepage: string;
  readonly repository: string;
  readonly license: string;
  readonly keywords: readonly string[];
}
/** What a plugin ships: the configuration blob (every list sorted by bytes). */
interface Components {
  readonly skills: readonly string[];
  readonly commands: readonly string[];
  readonly agents: readonly string[];
  readonly hasHooks: boolean;
  readonly mcpServers: readonly string[];
  readonly lspServers: readonly string[];
}
/** A dependency as it was written: `digest` wins over `tag`. */
interface PartReference {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}
/** What a personality is made of: its configuration blob. */
interface Composition {
  readonly toolchain: PartReference;
  readonly plugins: readonly PartReference[];
}
/** `metadataFrom`: which generation of annotations the name came from. */
interface Identity extends Metadata {
  readonly metadataFrom: "klaus" | "config" | "oci" | "labels" | "none";
}
interface Plugin extends Identity, Components {}
interface Personality extends Identity, Composition {}
interface Toolchain extends Identity {
  readonly platforms: readonly string[];
}
declare const kinds: readonly [Kind<Plugin>, Kind<Personality>, Kind<Toolchain>];
export { type Personality, type Plugin, type Toolchain, kinds as default };