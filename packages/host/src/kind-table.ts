import { OcishError, type Kind, type KindData, type PackageField } from '@ocish/sdk'
import helm from '@ocish/kind-helm/package.json' with { type: 'json' }
import image from '@ocish/kind-image/package.json' with { type: 'json' }
import klaus from '@ocish/kind-klaus/package.json' with { type: 'json' }
import ostree from '@ocish/kind-ostree-image/package.json' with { type: 'json' }
import runconfig from '@ocish/kind-runconfig/package.json' with { type: 'json' }
import type { Paths } from './paths.ts'
import { installedKinds } from './plugins/plugin-index.ts'

/** A kind that can be found without its code. */
export interface KindEntry extends KindData {
  /** The package that brings it. */
  readonly package: string
  /** Imports the code; nothing else does. */
  readonly load: () => Promise<Kind>
}

interface KindPackage {
  readonly name: string
  readonly ocish: PackageField
}

/** The kinds that come with the program: their data, and a literal `import()` each, so that a bundler splits there. */
const builtIn: readonly {
  readonly package: KindPackage
  readonly load: () => Promise<{ readonly default: unknown }>
}[] = [
  { package: helm as KindPackage, load: () => import('@ocish/kind-helm') },
  { package: image as KindPackage, load: () => import('@ocish/kind-image') },
  { package: klaus as KindPackage, load: () => import('@ocish/kind-klaus') },
  { package: ostree as KindPackage, load: () => import('@ocish/kind-ostree-image') },
  { package: runconfig as KindPackage, load: () => import('@ocish/kind-runconfig') },
]

/** The kinds that come with the program. */
export function builtInKinds(): readonly KindEntry[] {
  return builtIn.flatMap(({ package: { name, ocish }, load }) =>
    ocish.kinds.map((data) => ({
      ...data,
      package: name,
      load: async () => pick(await load(), data.name, name),
    })),
  )
}

/** The kinds that come with the program, and those of the enabled plugins: two lists of data, no code. */
export function allKinds(paths: Pick<Paths, 'data'> | undefined): readonly KindEntry[] {
  return [...builtInKinds(), ...(paths === undefined ? [] : installedKinds(paths.data))]
}

/** A module's default export is a kind or a list of them. */
function pick(module: { readonly default: unknown }, name: string, from: string): Kind {
  const exported: readonly unknown[] = Array.isArray(module.default) ? module.default : [module.default]
  const found = exported.find((kind): kind is Kind => isKindNamed(kind, name))
  if (found === undefined) throw new OcishError('KIND_FAILED', `${from} has no kind ${name}`)
  return found
}

function isKindNamed(value: unknown, name: string): boolean {
  return (
    typeof value === 'object' && value !== null && 'name' in value && value.name === name && 'read' in value
  )
}
