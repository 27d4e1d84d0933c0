import { isOcishError, type KindContext, type Lookup } from '@ocish/sdk'
import { formatPartReference, type Composition, type PartReference } from './model.ts'
import { resolveWord } from './resolve.ts'
import type { KlausSource, KlausType } from './sources.ts'

/** One dependency after looking it up: `ref` and `digest`, or `note` with what went wrong. */
export interface Resolved {
  readonly type: KlausType
  /** As it was declared. */
  readonly declared: string
  readonly ref: string
  readonly digest: string
  readonly note: string
}

const width = 10

/** All dependencies of a personality, at most ten at a time, in the order of their declaration. Cancelling is an error. */
export async function resolveDependencies(
  composition: Composition,
  source: KlausSource,
  context: Pick<KindContext, 'lookup' | 'signal'>,
): Promise<readonly Resolved[]> {
  const declared: readonly { readonly type: KlausType; readonly part: PartReference }[] = [
    ...(composition.toolchain.repository === ''
      ? []
      : [{ type: 'toolchain' as const, part: composition.toolchain }]),
    ...composition.plugins.map((part) => ({ type: 'plugin' as const, part })),
  ]
  const results: Resolved[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < declared.length; index = next++) {
      const one = declared[index]
      if (one !== undefined) results[index] = await resolveOne(one.type, one.part, source, context)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, declared.length) }, worker))
  return results
}

async function resolveOne(
  type: KlausType,
  part: PartReference,
  source: KlausSource,
  context: { readonly lookup: Lookup; readonly signal: AbortSignal },
): Promise<Resolved> {
  const declared = formatPartReference(part)
  try {
    const ref = await resolveWord(declared, source.bases[type], context)
    const { digest } = await context.lookup.resolve(ref)
    return { type, declared, ref, digest, note: '' }
  } catch (error) {
    context.signal.throwIfAborted()
    if (!isOcishError(error)) throw error
    return { type, declared, ref: '', digest: '', note: `${error.code}: ${error.message}` }
  }
}

/** Two plugins that would be mounted at one path, or one repository at two versions. */
export function conflicts(resolved: readonly Resolved[]): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>()
  for (const { type, ref } of resolved) {
    if (type !== 'plugin' || ref === '') continue
    const name =
      ref
        .replace(/@.*$/, '')
        .replace(/:[^/:]*$/, '')
        .split('/')
        .at(-1) ?? ref
    byName.set(name, [...(byName.get(name) ?? []), ref])
  }
  return new Map([...byName].filter(([, refs]) => refs.length > 1))
}
