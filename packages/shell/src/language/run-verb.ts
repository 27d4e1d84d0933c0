import { OcishError } from '@ocish/sdk'
import type { BoundCall } from '../bound-call.ts'
import type { Row } from '../command.ts'
import type { OutputFormat } from '../common-flags.ts'
import type { Edge } from '../formats/edge.ts'
import { encodeJson } from '../formats/json.ts'
import { read, type InputFormat } from '../formats/read.ts'
import { cellText } from '../formats/tsv.ts'
import { write } from '../formats/write.ts'
import { nearest } from '../suggest.ts'
import { compareValues, compareVersions } from './compare.ts'
import type { EdgeType } from './edge-type.ts'
import { fieldPath, renamed, valueAt } from './field-path.ts'
import { bytesIn, encoded, flowLike, formatOfFile, itemsOf, type Flow } from './items.ts'
import type { RunOptions } from './run-options.ts'
import type { PathStep } from './syntax.ts'
import { tee } from './tee.ts'

type VerbOptions = Pick<RunOptions<never>, 'files' | 'look' | 'signal'>

/** Runs one of the verbs but `where` and `each`. `output` is what the binder found it gives. */
export async function runVerb(
  call: BoundCall,
  input: Flow,
  output: EdgeType,
  options: VerbOptions,
): Promise<Flow> {
  const { args, flags } = call
  switch (call.signature.name) {
    case 'select':
      return {
        form: 'rows',
        rows: selected(itemsOf(input), texts(args['field'])),
        types: output.form === 'rows' ? output.types : [],
      }
    case 'sort':
      return flowLike(input, sorted(itemsOf(input), texts(args['field']), flags))
    case 'first':
      return flowLike(input, first(itemsOf(input), Number(args['count'])))
    case 'last':
      return flowLike(input, last(itemsOf(input), Number(args['count'])))
    case 'get':
      return got(input, String(args['field']), output)
    case 'group':
      return {
        form: 'rows',
        rows: grouped(itemsOf(input), String(args['field'])),
        types: output.form === 'rows' ? output.types : [],
      }
    case 'count': {
      let count = 0
      for await (const _ of itemsOf(input)) count++
      return { form: 'value', value: count, type: 'int' }
    }
    case 'uniq':
      return flowLike(
        input,
        unique(itemsOf(input), typeof args['field'] === 'string' ? args['field'] : undefined),
      )
    case 'flatten':
      return { form: 'rows', rows: flattened(itemsOf(input), String(args['field'])), types: [] }
    case 'to':
      return { form: 'bytes', bytes: toBytes(input, args['format'] as OutputFormat, call, options) }
    case 'from':
      return read(args['format'] as InputFormat, await bytesOf(input))
    case 'save':
      return saved(input, String(args['file']), options)
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

/** The field at a path, and a complaint at the end when no item had it. */
class FieldReader {
  readonly #path: readonly PathStep[]
  readonly #text: string
  #found = false
  #count = 0
  readonly #seen = new Set<string>()

  constructor(text: string, path: readonly PathStep[] = pathOf(text)) {
    this.#text = text
    this.#path = path
  }

  read(item: unknown): unknown {
    const value = valueAt(item, this.#path)
    this.#count++
    if (value !== undefined) this.#found = true
    else if (!this.#found && this.#seen.size < 200 && typeof item === 'object' && item !== null) {
      for (const key of Object.keys(item)) this.#seen.add(key)
    }
    return value
  }

  /** `known`: the row type has it, so an absent value is only empty. */
  end(known = false): void {
    if (this.#found || this.#count === 0 || known) return
    const name = String(this.#path[0])
    if (this.#seen.has(name)) return
    const closest = nearest(name, this.#seen)
    throw new OcishError('BIND_UNKNOWN_FIELD', `no row has a field ${this.#text}`, {
      hint: `Fields are ${[...this.#seen].slice(0, 20).join(', ')}.`,
      ...(closest.length > 0 ? { details: { closest } } : {}),
    })
  }
}

async function* selected(
  items: AsyncIterable<unknown>,
  fields: readonly string[],
): AsyncGenerator<Row, void> {
  const chosen = fields.map((text) => {
    const field = renamed(text)
    if (field === undefined) throw new OcishError('BIND_UNKNOWN_FIELD', `'${text}' is no field`)
    return { name: field.name, reader: new FieldReader(text, field.path) }
  })
  for await (const item of items) {
    const row = Object.create(null) as Record<string, unknown>
    for (const { name, reader } of chosen) row[name] = reader.read(item)
    yield row
  }
  if (chosen.length === 1) chosen[0]!.reader.end()
}

async function* sorted(
  items: AsyncIterable<unknown>,
  fields: readonly string[],
  flags: Readonly<Record<string, unknown>>,
): AsyncGenerator<unknown, void> {
  const all = await Array.fromAsync(items)
  const paths = fields.length === 0 ? [[]] : fields.map(pathOf)
  const sign = flags['reverse'] === true ? -1 : 1
  const compare =
    flags['version'] === true
      ? (a: unknown, b: unknown) => compareVersions(cellText(a), cellText(b))
      : compareValues
  yield* all.toSorted((a, b) => {
    for (const path of paths) {
      const order = compare(valueAt(a, path), valueAt(b, path))
      if (order !== 0) return sign * order
    }
    return 0
  })
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

async function got(input: Flow, field: string, output: EdgeType): Promise<Flow> {
  const reader = new FieldReader(field)
  if (input.form === 'value' && !Array.isArray(input.value)) {
    const value = reader.read(input.value)
    reader.end()
    return { form: 'value', value, type: output.form === 'value' ? output.type : 'record' }
  }
  async function* values(): AsyncGenerator<unknown, void> {
    for await (const item of itemsOf(input)) yield reader.read(item)
    reader.end(output.form === 'values' && output.type !== 'record')
  }
  return { form: 'values', values: values(), type: output.form === 'values' ? output.type : 'string' }
}

async function* grouped(items: AsyncIterable<unknown>, field: string): AsyncGenerator<Row, void> {
  const reader = new FieldReader(field)
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
  field: string | undefined,
): AsyncGenerator<unknown, void> {
  const reader = field === undefined ? undefined : new FieldReader(field)
  const seen = new Set<string>()
  for await (const item of items) {
    const key = encodeJson((reader === undefined ? item : reader.read(item)) ?? null)
    if (seen.has(key)) continue
    seen.add(key)
    yield item
  }
  reader?.end()
}

async function* flattened(items: AsyncIterable<unknown>, field: string): AsyncGenerator<Row, void> {
  const reader = new FieldReader(field)
  const [name] = pathOf(field)
  for await (const item of items) {
    const value = reader.read(item)
    for (const element of Array.isArray(value)
      ? (value as readonly unknown[])
      : value === undefined
        ? []
        : [value]) {
      yield Object.assign(Object.create(null) as object, item, { [String(name)]: element }) as Row
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

function saved(input: Flow, file: string, options: VerbOptions): Flow {
  const { files, signal } = options
  if (files === undefined) throw noFiles(file)
  const append = false
  if (input.form === 'none') return input
  if (input.form === 'bytes')
    return { form: 'bytes', bytes: tee(input.bytes, (bytes) => files.write(file, bytes, { append, signal })) }
  const keep = (edge: Edge): Promise<void> =>
    files.write(file, bytesIn(edge, formatOfFile(file) ?? 'ndjson'), { append, signal })
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
