import type { Bytes } from '@ocish/sdk'
import { type CommonFlags, defaultFormat, type Edge, type HelpDocument, type Row, write } from '@ocish/shell'
import { help, join, textOnly } from '@ocish/shell/text'
import type { Terminal } from './terminal.ts'

export interface PrintOptions {
  readonly flags: CommonFlags
  /** `--raw`: bytes go to a terminal as they are. */
  readonly raw: boolean
}

/**
 * Writes what a command gives: tables on a terminal, TSV elsewhere, or what `-o` says; bytes are bytes.
 * Errors: USAGE_BINARY_OUTPUT (binary data to a terminal), BROKEN_PIPE, and what the edge throws.
 */
export async function print(edge: Edge, terminal: Terminal, options: PrintOptions): Promise<void> {
  const { output, columns } = options.flags
  if (edge.form === 'bytes' && output === undefined) return printBytes(edge.bytes, terminal, options)
  if (isHelp(edge) && (output === undefined || output === 'table')) {
    await terminal.write(`${join(help(edge.value, { ...terminal.look, width: widthFor(terminal) }), '\n')}\n`)
    return
  }
  const format = output ?? defaultFormat(edge, terminal.isScreen)
  const settings = {
    look: terminal.look,
    terminal: terminal.isScreen,
    ...(columns === undefined ? {} : { columns }),
  }
  for await (const text of write(limited(edge, options.flags.limit), format, settings))
    await terminal.write(text)
}

function isHelp(edge: Edge): edge is Edge & { readonly value: HelpDocument } {
  return edge.form === 'value' && edge.type === 'text' && typeof edge.value === 'object'
}

/** Help that goes into a pipe is still read by a person. */
function widthFor(terminal: Terminal): number {
  return Number.isFinite(terminal.look.width) ? terminal.look.width : 100
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

async function printBytes(bytes: Bytes, terminal: Terminal, options: PrintOptions): Promise<void> {
  if (!terminal.isScreen || options.raw) {
    for await (const chunk of bytes) await terminal.write(chunk)
    return
  }
  const settings = { look: terminal.look, terminal: true }
  for await (const text of write({ form: 'bytes', bytes: textOnly(bytes) }, 'table', settings))
    await terminal.write(text)
}
