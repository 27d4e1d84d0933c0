/**
 * What can be encoded: plain objects keep their order, as Go structs do, and leave out undefined members; a `Map` is
 * sorted by the bytes of its keys, as Go maps are; `Uint8Array` becomes base64, as `[]byte` does.
 */
export type GoJson =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly GoJson[]
  | ReadonlyMap<string, GoJson>
  | { readonly [key: string]: GoJson | undefined }

/** What of Go's encoding/json is wanted: its indentation, its escaping for HTML. */
export interface GoJsonOptions {
  /** One level of indentation, as `json.Indent` has it; absent: compact. */
  readonly indent?: string
  /** Write `<`, `>` and `&` as escapes; default true, as `json.Marshal` does. */
  readonly escapeHtml?: boolean
  /** Sort plain objects too: a document held in Go's `map[string]any`. */
  readonly sortKeys?: boolean
}

/**
 * Encodes as Go's encoding/json does (Go ≥ 1.22), byte for byte, without a final newline. Digests of klaus, helm and
 * runconfig artifacts depend on it. Throws TypeError for what Go refuses (NaN, infinities).
 */
export function encodeGoJson(value: GoJson, options: GoJsonOptions = {}): string {
  return write(value, options, '')
}

/** Orders strings by their UTF-8 bytes (which is the order of code points, unlike JavaScript's). */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

function write(value: GoJson, options: GoJsonOptions, margin: string): string {
  if (typeof value === 'string') return quote(value, options.escapeHtml ?? true)
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'object' && value !== null) return writeStructure(value, options, margin)
  return String(value)
}

function writeStructure(
  value: Exclude<GoJson, string | number | bigint | boolean | null>,
  options: GoJsonOptions,
  margin: string,
): string {
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`
  const inner = margin + (options.indent ?? '')
  if (isList(value)) {
    return bracket(
      '[]',
      value.map((entry) => write(entry, options, inner)),
      options,
      margin,
    )
  }
  const colon = options.indent === undefined ? ':' : ': '
  const members = membersOf(value, options).map(
    ([key, entry]) => quote(key, options.escapeHtml ?? true) + colon + write(entry, options, inner),
  )
  return bracket('{}', members, options, margin)
}

function membersOf(
  value: ReadonlyMap<string, GoJson> | { readonly [key: string]: GoJson | undefined },
  options: GoJsonOptions,
): (readonly [string, GoJson])[] {
  const isMap = value instanceof Map
  const members = (isMap ? [...(value as ReadonlyMap<string, GoJson>)] : Object.entries(value)).filter(
    (member): member is [string, GoJson] => member[1] !== undefined,
  )
  return isMap || options.sortKeys === true ? members.toSorted(([a], [b]) => compareUtf8(a, b)) : members
}

function bracket(pair: string, items: readonly string[], options: GoJsonOptions, margin: string): string {
  const [open = '', close = ''] = pair
  if (items.length === 0) return pair
  if (options.indent === undefined) return open + items.join(',') + close
  const line = `\n${margin}${options.indent}`
  return `${open}${line}${items.join(`,${line}`)}\n${margin}${close}`
}

function formatNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`JSON has no ${value}`)
  return Object.is(value, -0) ? '-0' : String(value)
}

function quote(text: string, escapeHtml: boolean): string {
  // JSON.stringify agrees with Go but for these: HTML's three, the two line separators, and lone surrogates, which Go
  // has replaced when it read them.
  const quoted = JSON.stringify(text.toWellFormed())
  return quoted.replaceAll(escapeHtml ? /[<>&\u2028\u2029]/g : /[\u2028\u2029]/g, unicodeEscape)
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function isList(value: object): value is readonly GoJson[] {
  return Array.isArray(value)
}
