import { type CommonFlags, defaultFormat, type Edge, type HelpDocument, type Row, write } from '@ocish/shell'
import { help, join, type Look, textOnly } from '@ocish/shell/text'

/** Takes finished output; answers when more may come. */
export type Sink = (text: string) => Promise<void>

export interface PrintOptions {
  readonly flags: Partial<CommonFlags>
  /** It comes from another program, or `--raw` was said: passed on as it is. */
  readonly raw: boolean
  readonly look: Look
}

/** Writes what a pipe gives, for a person. Errors: USAGE_BINARY_OUTPUT, and what the edge throws. */
export async function print(edge: Edge, sink: Sink, { flags, raw, look }: PrintOptions): Promise<void> {
  const { output, columns, limit } = flags
  if (isHelp(edge) && (output === undefined || output === 'table')) {
    await sink(`${join(help(edge.value, look), '\n')}\n`)
    return
  }
  const settings = { look, terminal: true, ...(columns === undefined ? {} : { columns }) }
  const format = output ?? defaultFormat(edge, true)
  const shown =
    edge.form === 'bytes' && !raw ? { ...edge, bytes: textOnly(edge.bytes) } : limited(edge, limit)
  if (shown.form === 'bytes' && raw) {
    const decoder = new TextDecoder()
    for await (const chunk of shown.bytes) await sink(decoder.decode(chunk, { stream: true }))
    return
  }
  for await (const text of write(shown, format, settings)) await sink(text)
}

function isHelp(edge: Edge): edge is Edge & { readonly value: HelpDocument } {
  return edge.form === 'value' && edge.type === 'text' && typeof edge.value === 'object'
}

function limited(edge: Edge, limit: number | undefined): Edge {
  return edge.form !== 'rows' || limit === undefined ? edge : { ...edge, rows: first(edge.rows, limit) }
}

async function* first(rows: AsyncIterable<Row>, count: number): AsyncGenerator<Row, void> {
  if (count <= 0) return
  let left = count
  for await (const row of rows) {
    yield row
    left -= 1
    if (left === 0) return
  }
}
