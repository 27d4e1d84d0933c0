/** Members of manifests and descriptors whose meaning decides what is fetched and trusted. */
export const decisiveMembers: ReadonlySet<string> = new Set([
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'manifests',
  'blobs',
  'subject',
  'annotations',
  'fsLayers',
  'digest',
  'size',
  'urls',
  'data',
  'platform',
])

const folded: ReadonlySet<string> = new Set([...decisiveMembers].map(fold))

/**
 * A member that Go's encoding/json would take for a decisive one (`Layers`, `ſize`) and ocish would not: a document that
 * has one means something else to other tools. Undefined when there is none.
 */
export function lookalikeMember(object: object): string | undefined {
  return Object.keys(object).find((key) => !decisiveMembers.has(key) && folded.has(fold(key)))
}

function fold(name: string): string {
  return name.toUpperCase().toLowerCase()
}
