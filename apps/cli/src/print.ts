import type { Bytes } from '@ocish/sdk'
import { type CommonFlags, defaultFormat, type Edge, isHelp, write } from '@ocish/shell'
import { help, join, textOnly } from '@ocish/shell/text'
import type { Terminal } from './terminal.ts'

/** How the output of one pipe is printed. */
export interface PrintOptions {
  readonly flags: CommonFlags
  /** `--raw`: bytes go to a terminal as they are. */
  readonly raw: boolean
  /** The status of the pipe, asked when all was printed. */
  readonly exit?: () => number | undefined
}

/**
 * Writes what a command gives: tables on a terminal, TSV elsewhere, or what `-o` says; bytes are bytes.
 * Errors: USAGE_BINARY_OUTPUT (binary data to a terminal), BROKEN_PIPE, and what the edge throws.
 */
export async function print(edge: Edge, terminal: Terminal, options: PrintOptions): Promise<void> {
  const { output, columns, limit } = options.flags
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
    ...(limit === undefined ? {} : { limit }),
    ...(options.exit === undefined ? {} : { exit: options.exit }),
  }
  for await (const text of write(edge, format, settings)) await terminal.write(text)
}

/** Help that goes into a pipe is still read by a person. */
function widthFor(terminal: Terminal): number {
  return Number.isFinite(terminal.look.width) ? terminal.look.width : 100
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
