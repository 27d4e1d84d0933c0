import { type KindLocation, OcishError } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import type { InnerEntry } from './inner-entries.ts'
import type { Services } from './services.ts'

/**
 * What lies in a location that a kind opens (`ostree:REPO:REF//path`), at the path and below.
 * Errors: LOCATION_UNSUPPORTED, those of the kind.
 */
export async function* locationEntries(
  location: KindLocation,
  call: Call,
  services: Services,
): AsyncGenerator<InnerEntry, void> {
  const info = services.kinds.list().find(({ locations }) => locations?.includes(location.name) === true)
  const kind = info && (await services.kinds.load(info.name))
  if (kind?.listLocation === undefined)
    throw new OcishError('LOCATION_UNSUPPORTED', `no kind lists what lies in ${location.name}:`)
  yield* kind.listLocation(location, {
    ...services.kinds.context(kind, {}, call.signal),
    folder: async (path) => {
      if (isNamed(path, location)) return services.source(path)
      throw new OcishError(
        'KIND_FAILED',
        `the kind ${kind.name} asks for a folder that ${location.text} does not name`,
      )
    },
  })
}

/** The whole of what the user typed behind the scheme, or what stands before one of its separators. */
function isNamed(path: string, { rest }: KindLocation): boolean {
  return path !== '' && rest.startsWith(path) && (path === rest || /^[:@#]/.test(rest.slice(path.length)))
}
