import { type FieldValue, hasCode, type Kind } from '@ocish/sdk'
import type { Call, Row } from '@ocish/shell'
import { artifactKind } from './artifact-kind.ts'
import { textFlag } from './call-values.ts'
import type { Named, ReadManifest } from './open-artifact.ts'
import type { Services } from './services.ts'

/** One side of a comparison. */
export interface Side {
  readonly artifact: Named
  readonly read: ReadManifest
}

/**
 * What differs in the eyes of the kind that both sides are; nothing where they are of two kinds, where the kind compares
 * nothing, or, with a warning, where one cannot be read. Errors: those of the kind under `--as`.
 */
export async function kindChanges(a: Side, b: Side, call: Call, services: Services): Promise<readonly Row[]> {
  const [info, other] = await Promise.all(
    [a, b].map((side) => artifactKind(side.artifact, side.read, call, services)),
  )
  if (info === undefined || info.name !== other?.name) return []
  const kind = await services.kinds.load(info.name)
  if (kind.diff === undefined) return []
  try {
    const [from, to] = await Promise.all([modelOf(kind, a, call, services), modelOf(kind, b, call, services)])
    return Array.from(await kind.diff(from, to), (change) => ({
      op: change.op,
      path: change.path,
      ...(change.from === undefined ? {} : { from: textOf(change.from) }),
      ...(change.to === undefined ? {} : { to: textOf(change.to) }),
    }))
  } catch (error) {
    if (textFlag(call, 'as') !== undefined || !hasCode(error, 'KIND_INPUT_INVALID', 'KIND_FAILED'))
      throw error
    services.warn(`${kind.name} cannot compare them: ${error.message}`)
    return []
  }
}

async function modelOf(kind: Kind, side: Side, { signal }: Call, services: Services): Promise<unknown> {
  const artifact = services.kinds.artifact(side.artifact, side.read.content, signal)
  return services.kinds.read(kind, artifact, services.kinds.context(kind, {}, signal), { whole: true })
}

function textOf(value: FieldValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
