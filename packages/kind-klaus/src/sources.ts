import { type BaseSetting, OcishError } from '@ocish/sdk'

export type KlausType = 'plugin' | 'personality' | 'toolchain'

/** A place that offers klaus artifacts: one base repository for each type. */
export interface KlausSource {
  readonly name: string
  readonly bases: Readonly<Record<KlausType, string>>
  readonly default: boolean
}

/** JSON Schema of `[kinds.klaus]`. */
export const settings: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    sources: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'registry'],
        properties: {
          name: { type: 'string', pattern: '^[a-zA-Z][a-zA-Z0-9-]{0,62}$' },
          registry: { type: 'string' },
          plugins: { type: 'string' },
          personalities: { type: 'string' },
          toolchains: { type: 'string' },
          default: { type: 'boolean' },
        },
      },
    },
  },
}

interface SourceSetting {
  readonly name: string
  readonly registry: string
  readonly plugins?: string
  readonly personalities?: string
  readonly toolchains?: string
  readonly default?: boolean
}

const builtIn: SourceSetting = { name: 'giantswarm', registry: 'gsoci.azurecr.io/giantswarm' }

/** A toolchain is an ordinary image: where it lies tells what it is (klaus.md §1.1). */
export const toolchainBases: BaseSetting = {
  list: 'sources',
  patterns: ['{toolchains}', '{registry}/klaus-toolchains'],
  builtIn: [`${builtIn.registry}/klaus-toolchains`],
}

/** The built-in source and the configured ones; exactly one is the default. Errors: CONFIG_INVALID. */
export function klausSources(section: Readonly<Record<string, unknown>>): readonly KlausSource[] {
  const configured = (section['sources'] ?? []) as readonly SourceSetting[]
  const names = [builtIn, ...configured].map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new OcishError('CONFIG_INVALID', `the klaus source ${twice} is configured twice`, {
      hint: 'Give one of them another name in [[kinds.klaus.sources]].',
    })
  const chosen = configured.filter((source) => source.default === true)
  if (chosen.length > 1) {
    throw new OcishError(
      'CONFIG_INVALID',
      `${chosen.length} klaus sources are the default: ${chosen.map(({ name }) => name).join(', ')}`,
      { hint: 'Keep default = true in one of [[kinds.klaus.sources]].' },
    )
  }
  const fallback = chosen[0] ?? builtIn
  return [builtIn, ...configured].map((source) => ({
    name: source.name,
    default: source === fallback,
    bases: {
      plugin: base(source.plugins, source.registry, 'klaus-plugins'),
      personality: base(source.personalities, source.registry, 'klaus-personalities'),
      toolchain: base(source.toolchains, source.registry, 'klaus-toolchains'),
    },
  }))
}

function base(own: string | undefined, registry: string, folder: string): string {
  return (own ?? `${registry.replace(/\/+$/, '')}/${folder}`).replace(/\/+$/, '')
}

/** The named source, else the default one. Errors: KIND_INPUT_INVALID. */
export function klausSource(section: Readonly<Record<string, unknown>>, name?: string): KlausSource {
  const sources = klausSources(section)
  const found = sources.find((source) => (name === undefined ? source.default : source.name === name))
  if (found !== undefined) return found
  throw new OcishError('KIND_INPUT_INVALID', `no klaus source is called ${name}`, {
    hint: `Use one of: ${sources.map((source) => source.name).join(', ')}.`,
  })
}
