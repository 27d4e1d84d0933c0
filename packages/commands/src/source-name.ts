import type { Location } from '@ocish/sdk'

/** The last name of a location, which a destination that ends with a slash keeps. */
export function lastName(location: Location): string {
  const path =
    location.scheme === 'registry' || location.scheme === 'cache'
      ? (location.repository ?? '')
      : 'path' in location
        ? location.path.replace(/\/+$/, '').replace(/\.tar$/, '')
        : location.text
  return path.slice(path.lastIndexOf('/') + 1)
}
