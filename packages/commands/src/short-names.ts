import { isOcishError, type Kind, type KindContext } from '@ocish/sdk'
import type { Call, Signature } from '@ocish/shell'
import { textFlag } from './call-values.ts'
import { isLocalPath } from './is-local-path.ts'
import type { Run } from './run.ts'
import type { Services } from './services.ts'
import { genericName } from './source-kind.ts'

/** What of a reference a command wants: all of it, its repository where nothing narrower was named, or a path first. */
type Wanted = 'artifact' | 'repository' | 'path or artifact'

const wantedBy: ReadonlyMap<string, Wanted> = new Map([
  ['ls', 'repository'],
  ['tags', 'repository'],
  ['validate', 'path or artifact'],
])

/**
 * The command with `--as KIND`: what is read may be named as that kind names it (`gs-base`, `web:^1.2`), and is then the
 * full reference. Destinations are never short names. Errors: those of `Kind.resolve`.
 */
export function withShortNames({ name: command, params, flags, effect }: Signature, run: Run): Run {
  const reads = effect === 'R' || effect === 'L'
  const words = params.filter(({ name, type }) =>
    reads ? type === 'ref' || type === 'location' : name === 'src',
  )
  if (words.length === 0 || !flags.some(({ name }) => name === 'as')) return run
  const wanted = wantedBy.get(command) ?? 'artifact'
  return async function* named(call, services) {
    const as = textFlag(call, 'as')
    if (as === undefined || as === genericName) return yield* run(call, services)
    const kind = await services.kinds.load(as)
    if (kind.resolve === undefined) return yield* run(call, services)
    const context = services.kinds.context(kind, call.options, call.signal)
    const full = async (word: unknown): Promise<unknown> =>
      typeof word === 'string' ? fullName(word, wanted, kind, context, services) : word
    const entries = words
      .filter(({ name }) => call.args[name] !== undefined)
      .map(async ({ name }): Promise<readonly [string, unknown]> => {
        const given: unknown = call.args[name]
        return [name, await (Array.isArray(given) ? Promise.all(given.map(full)) : full(given))]
      })
    const args: Call['args'] = { ...call.args, ...Object.fromEntries(await Promise.all(entries)) }
    return yield* run({ ...call, args }, services)
  }
}

/** The word of a registry, resolved by its kind; what names another place (a layout, a path, a glob) stays. */
async function fullName(
  word: string,
  wanted: Wanted,
  kind: Kind,
  context: KindContext,
  services: Services,
): Promise<string> {
  const text = word.replace(/^(?:oci|docker):\/\//, '')
  if (wanted === 'path or artifact' && (await isLocalPath(word, services))) return word
  if (isElsewhere(text, services)) return word
  const at = text.indexOf('//')
  const [name, inner] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)]
  const found = await kind.resolve?.(name, context)
  if (found === undefined) return word
  const whole = wanted === 'repository' && inner === '' && !/[:@]/.test(name.slice(name.lastIndexOf('/') + 1))
  return whole ? repositoryOf(found) : `${found}${inner}`
}

function isElsewhere(text: string, services: Services): boolean {
  try {
    return services.locate(text).scheme !== 'registry'
  } catch (error) {
    // A constraint (`web:^1.2`) is no reference yet.
    if (isOcishError(error)) return false
    throw error
  }
}

function repositoryOf(reference: string): string {
  const named = reference.split('@', 1)[0] ?? reference
  const colon = named.lastIndexOf(':')
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named
}
