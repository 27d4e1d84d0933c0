import type { PastLine, PromptState, Search, World } from './state.ts'

/** Lines that destroy something are never offered while somebody types. */
const destructive = /^\s*(?:rm|cache (?:prune|clear)|sync|blob rm|logout)\b/

/** The rest of the newest line that begins with this text; lines of this context first. */
export function ghostFor(text: string, cursor: number, world: World): string {
  if (text.trim() === '' || cursor !== text.length || text.includes('\n')) return ''
  let other = ''
  for (let index = world.history.length - 1; index >= 0; index -= 1) {
    const line = world.history[index]!
    if (!line.text.startsWith(text) || line.text === text) continue
    if (destructive.test(line.text) || line.text.includes('\n') || line.status === 2) continue
    if (line.context === world.context) return line.text.slice(text.length)
    if (other === '') other = line.text.slice(text.length)
  }
  return other
}

/** One step back (`-1`) or forth through the lines that begin with what was typed; undefined at the end. */
export function walked(
  state: PromptState,
  direction: -1 | 1,
  world: World,
): { readonly text: string; readonly walk?: PromptState['walk'] } | undefined {
  const { editor, walk = { prefix: editor.text, draft: editor.text, index: world.history.length } } = state
  for (let index = walk.index + direction; index >= 0 && index < world.history.length; index += direction) {
    const { text } = world.history[index]!
    if (text.startsWith(walk.prefix) && text !== editor.text) return { text, walk: { ...walk, index } }
  }
  if (direction === 1 && state.walk !== undefined) return { text: walk.draft }
  return undefined
}

/** The lines that hold the query, newest first, each text once. */
export function found(query: string, scope: Search['scope'], world: World): readonly PastLine[] {
  const wanted = query.toLowerCase()
  const seen = new Set<string>()
  const matches: PastLine[] = []
  for (let index = world.history.length - 1; index >= 0; index -= 1) {
    const line = world.history[index]!
    if (seen.has(line.text) || (scope === 'context' && line.context !== world.context)) continue
    if (!line.text.toLowerCase().includes(wanted)) continue
    seen.add(line.text)
    matches.push(line)
  }
  return matches
}
