import { type Bytes, type Descriptor, isOcishError, OcishError } from '@ocish/sdk'
import type { Place } from '../registry.ts'

export type Side = 'source' | 'destination'

/** Adds which side of a copy failed, and for what. Anything but an OcishError (an abort, a bug) stays as it is. */
export function withSide(error: unknown, side: Side, place: Place, descriptor?: Descriptor): unknown {
  if (!isOcishError(error) || error.details?.['side'] !== undefined) return error
  const where = `${place.registry.name}/${place.repository}`
  return new OcishError(error.code, `${side} ${where}: ${error.message}`, {
    cause: error,
    exit: error.exit,
    ...(error.hint !== undefined && { hint: error.hint }),
    details: { ...error.details, side, ...(descriptor && { descriptor: brief(descriptor) }) },
  })
}

/** Adds how often something was tried, where that was more than once. */
export function withAttempts(error: unknown, attempts: number): unknown {
  if (!isOcishError(error) || attempts < 2) return error
  return new OcishError(error.code, `${error.message} (${attempts} attempts)`, {
    cause: error,
    exit: error.exit,
    ...(error.hint !== undefined && { hint: error.hint }),
    details: { ...error.details, attempts },
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
