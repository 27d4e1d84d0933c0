import { type Bytes, type Descriptor, hasCode, isOcishError, OcishError } from '@ocish/sdk'
import type { Place } from '../registry.ts'

/** Where a copy failed. */
export type Side = 'source' | 'destination'

/**
 * Adds which side of a copy failed, for what, and how to go on where the network failed. Anything but an OcishError (an
 * abort, a bug) stays as it is.
 */
export function withSide(error: unknown, side: Side, place: Place, descriptor?: Descriptor): unknown {
  if (!isOcishError(error) || error.details?.['side'] !== undefined) return error
  const where = place.display ?? `${place.registry.name}/${place.repository}`
  const isNamed = descriptor === undefined || error.message.includes(descriptor.digest)
  const what = isNamed ? where : `${where}@${descriptor.digest}`
  const isNetwork = hasCode(error, 'NETWORK_FAILED', 'NETWORK_TIMEOUT', 'REGISTRY_UNAVAILABLE')
  const hint =
    error.hint ?? (isNetwork ? 'Run it again: what is there already is not moved again.' : undefined)
  return new OcishError(error.code, `${side} ${what}: ${error.message}`, {
    cause: error,
    exit: error.exit,
    ...(hint !== undefined && { hint }),
    details: { ...error.details, side, ...(descriptor && { descriptor: brief(descriptor) }) },
  })
}

/** Runs an act of one side. */
export async function onSide<T>(
  side: Side,
  place: Place,
  descriptor: Descriptor | undefined,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw withSide(error, side, place, descriptor)
  }
}

/** A stream of the source that says so when it fails, also where the destination reads it. */
export async function* fromSource(
  place: Place,
  descriptor: Descriptor,
  open: () => Promise<Bytes>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* await open()
  } catch (error) {
    throw withSide(error, 'source', place, descriptor)
  }
}

function brief({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size }
}
