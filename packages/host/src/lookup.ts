import type { Opened, OpenedRegistry } from '@ocish/commands'
import { type Artifact, type Descriptor, type Lookup, OcishError } from '@ocish/sdk'
import { createArtifact } from './artifact.ts'

/** What a lookup stands on. */
export interface LookupPlaces {
  readonly open: (location: string) => Promise<Opened>
  readonly openRegistry: (location: string) => Promise<OpenedRegistry>
}

/** The narrow view of registries that a kind gets: reading only. */
export function createLookup(places: LookupPlaces, signal: AbortSignal): Lookup {
  return Object.freeze({
    async resolve(reference: string): Promise<Descriptor> {
      const { place, named } = await openNamed(places, reference)
      return (await place.registry.statManifest(place.repository, named, { signal })).descriptor
    },
    async *versions(repository: string): AsyncGenerator<string> {
      const place = await places.open(repository)
      yield* place.registry.tags(place.repository, { signal })
    },
    async *repositories(prefix: string): AsyncGenerator<string> {
      const { registry, prefix: path, display } = await places.openRegistry(prefix)
      const host = display.slice(0, display.length - path.length)
      for await (const repository of registry.repositories({ signal }))
        if (repository.startsWith(path)) yield `${host}${host.endsWith('/') ? '' : '/'}${repository}`
    },
    async open(reference: string): Promise<Artifact> {
      const { place, named } = await openNamed(places, reference)
      return createArtifact(
        place,
        await place.registry.openManifest(place.repository, named, { signal }),
        signal,
        reference,
      )
    },
  })
}

async function openNamed(places: LookupPlaces, reference: string): Promise<{ place: Opened; named: string }> {
  const place = await places.open(reference)
  if (place.reference !== undefined) return { place, named: place.reference }
  throw new OcishError('REFERENCE_INVALID', `${reference} has neither a tag nor a digest`)
}
