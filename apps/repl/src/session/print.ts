import { type CommonFlags, defaultFormat, type Edge, isHelp, write } from '@ocish/shell'
import { help, join, type Look, textOnly } from '@ocish/shell/text'

/** Takes finished output; answers when more may come. */
export type Sink = (text: string) => Promise<void>

export interface PrintOptions {
  readonly flags: Partial<CommonFlags>
  /** It comes from another program, or `--raw` was said: passed on as it is. */
  readonly raw: boolean
  readonly look: Look
  /** The status of the pipe, asked when all was printed. */
  readonly exit?: () => number | undefined
}

/** Writes what a pipe gives, for a person. Errors: USAGE_BINARY_OUTPUT, and what the edge throws. */
export async function print(edge: Edge, sink: Sink, { flags, raw, look, exit }: PrintOptions): Promise<void> {
  const { output, columns, limit } = flags
  if (isHelp(edge) && (output === undefined || output === 'table')) {
    await sink(`${join(help(edge.value, look), '\n')}\n`)
    return
  }
  const settings = {
    look,
    terminal: true,
    ...(columns === undefined ? {} : { columns }),
    ...(limit === undefined ? {} : { limit }),
    ...(exit === undefined ? {} : { exit }),
  }
  const format = output ?? defaultFormat(edge, true)
  const shown = edge.form === 'bytes' && !raw ? { ...edge, bytes: textOnly(edge.bytes) } : edge
  if (shown.form === 'bytes' && raw) {
    const decoder = new TextDecoder()
    for await (const chunk of shown.bytes) await sink(decoder.decode(chunk, { stream: true }))
    return
  }
  for await (const text of write(shown, format, settings)) await sink(text)
}
