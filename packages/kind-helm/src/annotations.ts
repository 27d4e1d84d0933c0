import type { Annotations } from '@ocish/sdk'
import type { ValidMetadata } from './check-metadata.ts'

const prefix = 'org.opencontainers.image.'
const guarded: ReadonlySet<string> = new Set([`${prefix}title`, `${prefix}version`])

export const createdAnnotation: string = `${prefix}created`

/**
 * The annotations of the manifest (specs/helm.md §5): made from metadata, and over them the chart's own, which may
 * change all but title and version. `created` is RFC 3339.
 */
export function manifestAnnotations(metadata: ValidMetadata, created?: string): Annotations {
  const made: readonly (readonly [string, string | undefined])[] = [
    [`${prefix}title`, metadata.name],
    [`${prefix}version`, metadata.version],
    [`${prefix}description`, metadata.description],
    [`${prefix}url`, metadata.home],
    [`${prefix}source`, metadata.sources?.[0]],
    [`${prefix}authors`, authors(metadata)],
    [createdAnnotation, created],
  ]
  const own = Object.entries(metadata.annotations ?? {}).filter(([name]) => !guarded.has(name))
  const annotations = Object.create(null) as Record<string, string>
  for (const [name, value] of [...made.filter(([, text = '']) => text.trim() !== ''), ...own])
    if (value !== undefined) annotations[name] = value
  return annotations
}

function authors({ maintainers = [] }: ValidMetadata): string {
  return maintainers
    .map((one) => `${one?.name ?? ''}${one?.email === undefined ? '' : ` (${one.email})`}`)
    .join(', ')
}
