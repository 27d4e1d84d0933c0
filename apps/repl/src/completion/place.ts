import type { Services } from '@ocish/host'

/** The registry of a place that is written whole. */
export function hostOf(place: string): string {
  return place.split('/')[0] ?? place
}

/** A place as it is without a context; as it stands where it cannot be read. */
export function absolute(services: Services, text: string): string {
  try {
    const location = services.locate(text.replace(/\/+$/, ''))
    if (location.scheme !== 'registry') return text
    return location.repository === undefined
      ? location.registry
      : `${location.registry}/${location.repository}`
  } catch {
    return text
  }
}
