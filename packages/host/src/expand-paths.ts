import { promises as fs } from 'node:fs'
import { expandPath, type PathBase } from './paths.ts'

/**
 * The local names that a pattern stands for, sorted: `*` and `?` within one component, `**` across them; `\` makes the
 * next character literal. Names with a dot in front are matched only by a pattern that has one.
 */
export async function* expandPaths(
  pattern: string,
  base: PathBase,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const absolute = pattern.startsWith('/')
  const segments = pattern.split('/').filter((segment) => segment !== '')
  yield* within(absolute ? '/' : '', segments, base, signal)
}

async function* within(
  shown: string,
  segments: readonly string[],
  base: PathBase,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  signal.throwIfAborted()
  const [segment, ...rest] = segments
  if (segment === undefined) {
    yield shown
    return
  }
  const inner = (name: string): string =>
    shown === '' || shown.endsWith('/') ? `${shown}${name}` : `${shown}/${name}`
  if (!/(?:^|[^\\])[*?]/.test(segment)) {
    const next = inner(segment.replaceAll(/\\(.)/g, '$1'))
    if (rest.length > 0 || (await exists(next, base))) yield* within(next, rest, base, signal)
    return
  }
  if (segment === '**') yield* within(shown, rest, base, signal)
  const fits = segment === '**' ? /^[^.]/ : matcher(segment)
  for (const entry of await entriesOf(shown === '' ? '.' : shown, base)) {
    if (!fits.test(entry.name)) continue
    const next = inner(entry.name)
    if (segment === '**') {
      if (entry.isDirectory()) yield* within(next, segments, base, signal)
    } else if (rest.length === 0 || entry.isDirectory() || entry.isSymbolicLink()) {
      yield* within(next, rest, base, signal)
    }
  }
}

function matcher(segment: string): RegExp {
  const source = segment.replaceAll(/\\(.)|([*?])|([^\\*?])/gs, (_, literal, wild, plain) => {
    if (wild !== undefined) return wild === '*' ? '.*' : '.'
    return String(literal ?? plain).replace(/[$()+.[\]^{|}*?\\]/, String.raw`\$&`)
  })
  const hidden = segment.startsWith('.') || segment.startsWith(String.raw`\.`) ? '' : String.raw`(?!\.)`
  return new RegExp(`^${hidden}${source}$`, 'su')
}

async function entriesOf(path: string, base: PathBase): Promise<Awaited<ReturnType<typeof readFolder>>> {
  const entries = await readFolder(expandPath(path, base)).catch(() => [])
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

async function readFolder(path: string) {
  return fs.readdir(path, { withFileTypes: true })
}

async function exists(path: string, base: PathBase): Promise<boolean> {
  return fs.lstat(expandPath(path, base)).then(
    () => true,
    () => false,
  )
}
