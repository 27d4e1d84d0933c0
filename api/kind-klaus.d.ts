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
/** The model of `klaus-plugin`: who it is and what is in it (specs/klaus.md §2.2). */
interface Plugin extends Identity, Components {}
/** The model of `klaus-personality`: who it is, its toolchain and its plugins (specs/klaus.md §2.3). */
interface Personality extends Identity, Composition {}
/**
 * The model of `klaus-toolchain`: who it is, and the platforms of its index, as `linux/amd64` (specs/klaus.md §1.1).
 */
interface Toolchain extends Identity {
  readonly platforms: readonly string[];
}
declare const kinds: readonly [Kind<Plugin>, Kind<Personality>, Kind<Toolchain>];
export { type Personality, type Plugin, type Toolchain, kinds as default };