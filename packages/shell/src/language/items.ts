import { OcishError, type Bytes } from '@ocish/sdk'
import { read, type InputFormat } from '../formats/read.ts'
import type { Edge } from '../formats/edge.ts'
import { writeNdjson } from '../formats/json.ts'
import { write } from '../formats/write.ts'
import type { OutputFormat } from '../common-flags.ts'
import type { Row } from '../command.ts'

/** What flows between stages; `none` where nothing does. */
export type Flow = Edge | { readonly form: 'none' }

/** Rows, values, the elements of a list, one value; bytes are read as JSON or NDJSON. */
export async function* itemsOf(flow: Flow): AsyncGenerator<unknown, void> {
  switch (flow.form) {
    case 'none':
      return
    case 'rows':
      yield* flow.rows
      return
    case 'values':
      yield* flow.values
      return
    case 'value':
      if (Array.isArray(flow.value)) yield* flow.value as readonly unknown[]
      else yield flow.value
      return
    case 'bytes':
      yield* itemsOf(await detected(flow.bytes))
      return
    default:
      flow satisfies never
  }
}

/** JSON where the first character opens a list, NDJSON otherwise. */
async function detected(bytes: Bytes): Promise<Edge> {
  const iterator = bytes[Symbol.asyncIterator]()
  const head: Uint8Array[] = []
  let format: InputFormat = 'ndjson'
  for (;;) {
    const step = await iterator.next()
    if (step.done === true) break
    head.push(step.value)
    const first = step.value.find((byte) => byte > 0x20)
    if (first === undefined) continue
    if (first === 0x5b) format = 'json'
    break
  }
  return read(format, resumed(head, iterator))
}

async function* resumed(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* head
    for (;;) {
      const step = await rest.next()
      if (step.done === true) return
      yield step.value
    }
  } finally {
    await rest.return?.()
  }
}

/** Items in the form they came in. */
export function flowLike(flow: Flow, items: AsyncIterable<unknown>): Edge {
  if (flow.form === 'rows') return { form: 'rows', rows: items as AsyncIterable<Row>, types: flow.types }
  if (flow.form === 'values') return { form: 'values', values: items, type: flow.type }
  return { form: 'rows', rows: items as AsyncIterable<Row>, types: [] }
}

/** Collected text and lists are at most this long. */
const collectedAtMost = 64 * 2 ** 20

/** What a flow amounts to: rows and values as a list, bytes as text without the last newline. Errors: LIMIT_EXCEEDED. */
export async function collected(flow: Flow): Promise<unknown> {
  if (flow.form === 'none') return undefined
  if (flow.form === 'value') return flow.value
  if (flow.form !== 'bytes') return Array.fromAsync(itemsOf(flow))
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of flow.bytes) {
    length += chunk.length
    if (length > collectedAtMost)
      throw new OcishError('LIMIT_EXCEEDED', 'more than 64 MiB in a variable', {
        hint: 'Write it to a file.',
      })
    parts.push(chunk)
  }
  return Buffer.concat(parts)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}

/** Texts as UTF-8. */
export async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder()
  for await (const text of texts) yield encoder.encode(text)
}

/** What another program reads: bytes as they are, rows as NDJSON, values one a line. */
export function inputOf(flow: Flow): Bytes | undefined {
  if (flow.form === 'none') return undefined
  if (flow.form === 'bytes') return flow.bytes
  if (flow.form === 'rows') return encoded(writeNdjson(flow))
  return bytesIn(flow, 'tsv')
}

/** A flow in an output form; bytes stay as they are. `after`: how the file begins that it is appended to. */
export function bytesIn(
  edge: Edge,
  format: OutputFormat,
  columns?: readonly string[],
  after?: string,
): Bytes {
  if (edge.form === 'bytes') return edge.bytes
  const look = { width: Number.POSITIVE_INFINITY, color: false, ascii: false, now: Date.now() }
  return encoded(
    write(edge, format, {
      look,
      terminal: false,
      ...(columns === undefined ? {} : { columns }),
      ...(after === undefined ? {} : { after }),
    }),
  )
}

const byExtension: Readonly<Record<string, OutputFormat>> = {
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  yaml: 'yaml',
  yml: 'yaml',
  csv: 'csv',
  tsv: 'tsv',
  md: 'md',
}

/** The form a file's name asks for. */
export function formatOfFile(path: string): OutputFormat | undefined {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase()
  return extension !== undefined && Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined
}
