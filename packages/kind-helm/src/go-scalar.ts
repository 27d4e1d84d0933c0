/** A scalar as go-yaml v2 resolves it. */
export type Scalar =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }

const words: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...spellings('y yes true on').map((word) => [word, { type: 'bool', value: true }] as const),
  ...spellings('n no false off').map((word) => [word, { type: 'bool', value: false }] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { type: 'null' }] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, { type: 'float', value: Number.NaN }] as const),
  ...infinities('')
    .concat(infinities('+'))
    .map((word) => [word, { type: 'float', value: Infinity }] as const),
  ...infinities('-').map((word) => [word, { type: 'float', value: -Infinity }] as const),
])

function spellings(list: string): readonly string[] {
  return list
    .split(' ')
    .flatMap((word) => [word, `${word.charAt(0).toUpperCase()}${word.slice(1)}`, word.toUpperCase()])
}

function infinities(sign: string): string[] {
  return [`${sign}.inf`, `${sign}.Inf`, `${sign}.INF`]
}

const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const integer = /^([-+]?)(?:0[xX]([\da-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/

/** What a plain scalar means to go-yaml v2: YAML 1.1 without sexagesimal numbers; dates stay text (§14). */
export function resolvePlain(text: string): Scalar {
  const word = words.get(text)
  if (word !== undefined) return word
  if (/^\.\d+(?:_\d+)*(?:[eE][-+]?\d+)?$/.test(text)) return number(text.replaceAll('_', ''), text)
  if (!/^[-+\d]/.test(text) || text.length > 400) return { type: 'text', value: text }
  const plain = text.replaceAll('_', '')
  const found = readInteger(plain)
  if (found !== undefined) return { type: 'int', value: found }
  return float.test(plain) ? number(plain, text) : { type: 'text', value: text }
}

/** One that is no longer a number in 64 bits stays text. */
function number(plain: string, text: string): Scalar {
  const value = Number(plain)
  return Number.isFinite(value) ? { type: 'float', value } : { type: 'text', value: text }
}

function readInteger(plain: string): bigint | undefined {
  const match = integer.exec(plain)
  if (match === null) return undefined
  const [, sign, hex, binary, octal, decimal] = match
  const digits =
    hex !== undefined
      ? `0x${hex}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : decimal
  const size = BigInt(digits ?? '0')
  const value = sign === '-' ? -size : size
  return value >= -(2n ** 63n) && value < (sign === '' ? 2n ** 64n : 2n ** 63n) ? value : undefined
}

/** A float as `strconv.FormatFloat(value, 'g', -1, 64)` writes it. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return Object.is(value, -0) ? '-0' : String(value)
  const sign = power < 0 ? '-' : '+'
  return `${mantissa}e${sign}${String(Math.abs(power)).padStart(2, '0')}`
}
