import { OcishError } from '@ocish/sdk'
import type { BoundCall } from '../bound-call.ts'
import type { Row } from '../command.ts'
import type { OutputFormat } from '../common-flags.ts'
import type { Edge } from '../formats/edge.ts'
import { encodeJson } from '../formats/json.ts'
import { read, type InputFormat } from '../formats/read.ts'
import { cellText } from '../formats/tsv.ts'
import { write } from '../formats/write.ts'
import { isRecord } from '../is-record.ts'
import { compareValues, compareVersions } from './compare.ts'
import type { EdgeType } from './edge-type.ts'
import { fieldPath, isOptional, renamed } from './field-path.ts'
import { FieldReader } from './field-reader.ts'
import { bytesIn, encoded, flowLike, formatOfFile, itemsOf, type Flow } from './items.ts'
import type { RunOptions } from './run-options.ts'
import type { PathStep } from './syntax.ts'
import { tee } from './tee.ts'

type VerbOptions = Pick<RunOptions<never>, 'files' | 'look' | 'signal'>

/** Runs one of the verbs but `where` and `each`. `edges`: what the binder found it takes and gives. */
export async function runVerb(
  call: BoundCall,
  input: Flow,
  edges: { readonly input: EdgeType; readonly output: EdgeType },
  options: VerbOptions,
): Promise<Flow> {
  const { args, flags } = call
  const { output } = edges
  const readers = readersOf(call, edges.input)
  const [reader] = readers
  switch (call.signature.name) {
    case 'select':
      return {
        form: 'rows',
        rows: selected(itemsOf(input), texts(args['field']), readers),
        types: output.form === 'rows' ? output.types : [],
      }
    case 'sort':
      return flowLike(input, sorted(itemsOf(input), readers, flags))
    case 'first':
      return flowLike(input, first(itemsOf(input), Number(args['count'])))
    case 'last':
      return flowLike(input, last(itemsOf(input), Number(args['count'])))
    case 'get':
      return got(input, reader!, output)
    case 'group':
      return {
        form: 'rows',
        rows: grouped(itemsOf(input), reader!),
        types: output.form === 'rows' ? output.types : [],
      }
    case 'count': {
      let count = 0
      for await (const _ of itemsOf(input)) count++
      return { form: 'value', value: count, type: 'int' }
    }
    case 'uniq':
      return flowLike(input, unique(itemsOf(input), reader))
    case 'flatten':
      return { form: 'rows', rows: flattened(itemsOf(input), String(args['field']), reader!), types: [] }
    case 'to':
      return { form: 'bytes', bytes: toBytes(input, args['format'] as OutputFormat, call, options) }
    case 'from':
      return read(args['format'] as InputFormat, await bytesOf(input))
    case 'save':
      return saved(input, String(args['file']), call, options)
    default:
      return input
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function pathOf(text: string): readonly PathStep[] {
  const path = fieldPath(text)
  if (path === undefined) throw new OcishError('BIND_UNKNOWN_FIELD', `'${text}' is no field`)
  return path
}

/** A reader of each field that the call names. */
function readersOf(call: BoundCall, input: EdgeType): readonly FieldReader[] {
  return call.items.flatMap((item) => {
    if (item.kind !== 'argument' || item.param.type !== 'field' || item.text === undefined) return []
    const path =
      (call.signature.name === 'select' ? renamed(item.text)?.path : undefined) ?? pathOf(item.text)
    return new FieldReader({ path, optional: isOptional(item.text), from: item.from, to: item.to }, input)
  })
}

async function* selected(
  items: AsyncIterable<unknown>,
  fields: readonly string[],
  readers: readonly FieldReader[],
): AsyncGenerator<Row, void> {
  const names = fields.map((text) => renamed(text)?.name ?? text)
  for await (const item of items) {
    const row = Object.create(null) as Record<string, unknown>
    for (const [index, name] of names.entries()) row[name] = readers[index]!.read(item)
    yield row
  }
  for (const reader of readers) reader.end()
}

async function* sorted(
  items: AsyncIterable<unknown>,
  readers: readonly FieldReader[],
  flags: Readonly<Record<string, unknown>>,
): AsyncGenerator<unknown, void> {
  const all: { readonly item: unknown; readonly keys: readonly unknown[] }[] = []
  for await (const item of items)
    all.push({ item, keys: readers.length === 0 ? [item] : readers.map((reader) => reader.read(item)) })
  for (const reader of readers) reader.end()
  const sign = flags['reverse'] === true ? -1 : 1
  const compare =
    flags['version'] === true
      ? (a: unknown, b: unknown) => compareVersions(cellText(a), cellText(b))
      : compareValues
  all.sort((a, b) => {
    for (const [index, key] of a.keys.entries()) {
      const order = compare(key, b.keys[index])
      if (order !== 0) return sign * order
    }
    return 0
  })
  for (const { item } of all) yield item
}

async function* first(items: AsyncIterable<unknown>, count: number): AsyncGenerator<unknown, void> {
  if (count <= 0) {
    await items[Symbol.asyncIterator]().return?.()
    return
  }
  let taken = 0
  for await (const item of items) {
    yield item
    if (++taken >= count) return
  }
}

async function* last(items: AsyncIterable<unknown>, count: number): AsyncGenerator<unknown, void> {
  const kept: unknown[] = []
  let start = 0
  for await (const item of items) {
    if (count <= 0) continue
    if (kept.length < count) kept.push(item)
    else {
      kept[start] = item
      start = (start + 1) % count
    }
  }
  yield* kept.slice(start)
  yield* kept.slice(0, start)
}

function got(input: Flow, reader: FieldReader, output: EdgeType): Flow {
  if (input.form === 'value' && !Array.isArray(input.value)) {
    const value = reader.read(input.value)
    reader.end()
    return { form: 'value', value, type: output.form === 'value' ? output.type : 'record' }
  }
  async function* values(): AsyncGenerator<unknown, void> {
    for await (const item of itemsOf(input)) yield reader.read(item)
    reader.end()
  }
  return { form: 'values', values: values(), type: output.form === 'values' ? output.type : 'string' }
}

async function* grouped(items: AsyncIterable<unknown>, reader: FieldReader): AsyncGenerator<Row, void> {
  const groups = new Map<string, { readonly key: unknown; readonly rows: unknown[] }>()
  for await (const item of items) {
    const key = reader.read(item)
    const name = encodeJson(key ?? null)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, { key, rows: [item] })
    else group.rows.push(item)
  }
  reader.end()
  for (const { key, rows } of groups.values()) yield { key, count: rows.length, rows }
}

async function* unique(
  items: AsyncIterable<unknown>,
  reader: FieldReader | undefined,
): AsyncGenerator<unknown, void> {
  const seen = new Set<string>()
  for await (const item of items) {
    const key = encodeJson((reader === undefined ? item : reader.read(item)) ?? null)
    if (seen.has(key)) continue
    seen.add(key)
    yield item
  }
  reader?.end()
}

async function* flattened(
  items: AsyncIterable<unknown>,
  field: string,
  reader: FieldReader,
): AsyncGenerator<Row, void> {
  const name = renamed(field)?.name ?? field
  for await (const item of items) {
    const value = reader.read(item)
    const elements = Array.isArray(value) ? (value as readonly unknown[]) : value === undefined ? [] : [value]
    for (const element of elements) {
      if (isRecord(item)) yield Object.assign(Object.create(null) as Row, item, { [name]: element })
      else yield isRecord(element) ? element : { value: element }
    }
  }
  reader.end()
}

function toBytes(
  input: Flow,
  format: OutputFormat,
  call: BoundCall,
  options: VerbOptions,
): AsyncIterable<Uint8Array> {
  if (input.form === 'none') return encoded((async function* nothing() {})())
  const look = options.look ?? { width: 100, color: false, ascii: false, now: Date.now() }
  const { columns } = call.common
  return encoded(
    write(input, format, { look, terminal: false, ...(columns === undefined ? {} : { columns }) }),
  )
}

async function bytesOf(input: Flow): Promise<AsyncIterable<Uint8Array>> {
  if (input.form === 'bytes') return input.bytes
  if (input.form === 'value' && typeof input.value === 'string') {
    const { value } = input
    return (async function* one() {
      yield new TextEncoder().encode(value)
    })()
  }
  throw new OcishError('BIND_TYPE_MISMATCH', 'from takes bytes or text', {
    hint: 'Leave it out: these are values already.',
  })
}

/** Writes what `>` would write. */
function saved(input: Flow, file: string, { common }: BoundCall, options: VerbOptions): Flow {
  const { files, signal } = options
  if (files === undefined) throw noFiles(file)
  const append = false
  if (input.form === 'none') return input
  if (input.form === 'bytes')
    return { form: 'bytes', bytes: tee(input.bytes, (bytes) => files.write(file, bytes, { append, signal })) }
  const keep = (edge: Edge): Promise<void> =>
    files.write(file, bytesIn(edge, common.output ?? formatOfFile(file) ?? 'tsv', common.columns), {
      append,
      signal,
    })
  return flowLike(
    input,
    tee(itemsOf(input), (items) => keep(flowLike(input, items))),
  )
}

/** Files are not within reach here. */
export function noFiles(file: string): OcishError {
  return new OcishError('FILE_FAILED', `no files here, so ${file} is neither read nor written`, {
    hint: 'Leave out --restricted.',
  })
}
