import { loadCommand, type Services } from '@ocish/host'
import { type Commands, edgeOf, helpFor, type Site, toProblem, write } from '@ocish/shell'
import { help, type Look, safe, text, type Text } from '@ocish/shell/text'

/** What F1 says at a place: the command there, or the overview. */
export function helpAt(site: Site, commands: Commands, look: Look): readonly Text[] {
  const topic = 'signature' in site ? site.signature.name.split(' ') : []
  const document = helpFor(topic, commands) ?? helpFor([], commands)
  return document === undefined ? [] : help(document, look)
}

/** What the help of a candidate is: of a command its help, of a reference what `describe` says. */
export async function detailsOf(
  value: string,
  site: Site,
  parts: {
    readonly commands: Commands
    readonly services: () => Promise<Services>
    readonly look: Look
    readonly signal: AbortSignal
  },
): Promise<readonly Text[]> {
  const { commands, services, signal } = parts
  const look: Look = { ...parts.look, color: false }
  try {
    if (site.kind === 'command') {
      const document = helpFor(value.split(' '), commands)
      return document === undefined ? [] : help(document, look)
    }
    const command = await loadCommand('describe')
    if (command === undefined) return []
    const call = { args: { ref: value }, flags: {}, options: {}, signal }
    const { edge } = await edgeOf(command.signature.output, command.run(call, await services()))
    if (edge === undefined) return []
    let shown = ''
    for await (const piece of write(edge, 'table', { look, terminal: true })) shown += piece
    return detailRows(shown)
  } catch (error) {
    return detailRows(toProblem(error).message)
  }
}

/** Lines of a text that is not made, as rows of the pane. */
export function detailRows(lines: string): readonly Text[] {
  return lines.split('\n').map((line) => text`  ${safe(line)}`)
}
