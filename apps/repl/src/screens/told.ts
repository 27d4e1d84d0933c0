import { loadCommand, type Services } from '@ocish/host'
import { edgeOf, type Row, toProblem, write } from '@ocish/shell'
import type { Look } from '@ocish/shell/text'

/** Characters of one answer that are shown. */
const limit = 1024 * 1024

/** What a command says about references, as lines; a failure is a line too. */
export async function told(
  name: string,
  references: readonly string[],
  services: Services,
  { width, signal }: { readonly width: number; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  try {
    const command = await loadCommand(name)
    if (command === undefined) return [`there is no ${name} here`]
    const args: Record<string, unknown> = {}
    for (const [index, param] of command.signature.params.entries()) {
      const reference = references[index]
      if (reference !== undefined) args[param.name] = param.many === true ? [reference] : reference
    }
    const call = { args, flags: {}, options: {}, signal }
    const { edge } = await edgeOf(command.signature.output, command.run(call, services))
    if (edge === undefined) return []
    const look: Look = { width, color: false, ascii: false, now: Date.now() }
    let text = ''
    for await (const piece of write(edge, name === 'tree' ? 'tree' : 'table', { look, terminal: true })) {
      text += piece
      if (text.length > limit) break
    }
    return text === '' ? ['nothing to show'] : text.split('\n')
  } catch (error) {
    const { message, hints } = toProblem(error)
    return [message, ...hints.map((hint) => hint.text)]
  }
}

/** What a row is called where it is typed. */
export function referenceOf(row: Row | undefined): string | undefined {
  if (row === undefined) return undefined
  if (typeof row['host'] === 'string') return row['host']
  return typeof row['ref'] === 'string' ? row['ref'] : undefined
}
