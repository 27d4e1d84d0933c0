import type { Description, Field } from '@ocish/sdk'
import { formatAuthor } from './metadata.ts'
import { formatPartReference, type Identity, type Personality, type Plugin, type Toolchain } from './model.ts'

export function describePlugin(plugin: Plugin): Description {
  const components: Field[] = []
  for (const label of ['skills', 'commands', 'agents', 'mcpServers', 'lspServers'] as const) {
    if (plugin[label].length > 0) components.push({ label, value: plugin[label], format: 'list' })
  }
  if (plugin.hasHooks) components.push({ label: 'hasHooks', value: true })
  return described(plugin, components)
}

export function describePersonality(personality: Personality): Description {
  const toolchain = formatPartReference(personality.toolchain)
  return described(personality, [
    ...(toolchain === '' ? [] : [{ label: 'toolchain', value: toolchain, format: 'ref' as const }]),
    { label: 'plugins', value: personality.plugins.map(formatPartReference), format: 'list' },
  ])
}

export function describeToolchain(toolchain: Toolchain): Description {
  return described(
    toolchain,
    toolchain.platforms.length === 0
      ? []
      : [{ label: 'platforms', value: toolchain.platforms, format: 'list' }],
  )
}

function described(identity: Identity, own: readonly Field[]): Description {
  const text = (label: string, value: string): readonly Field[] => (value === '' ? [] : [{ label, value }])
  return {
    title: identity.name,
    ...(identity.description === '' ? {} : { summary: identity.description }),
    fields: [
      { label: 'name', value: identity.name },
      ...text('description', identity.description),
      ...own,
      ...text('author', formatAuthor(identity.author)),
      ...text('homepage', identity.homepage),
      ...text('repository', identity.repository),
      ...text('license', identity.license),
      ...(identity.keywords.length === 0
        ? []
        : [{ label: 'keywords', value: identity.keywords, format: 'list' as const }]),
      ...(identity.metadataFrom === 'klaus' ? [] : [{ label: 'metadataFrom', value: identity.metadataFrom }]),
    ],
  }
}
