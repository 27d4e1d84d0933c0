/** A GVariant type, taken apart. `fixed`: the size of each value where all are equally long. */
export interface VariantType {
  readonly form: 'basic' | 'array' | 'maybe' | 'tuple'
  /** The type as it is written. */
  readonly text: string
  readonly alignment: number
  readonly fixed: number | undefined
  /** The element of an array or maybe, the members of a tuple or dictionary entry. */
  readonly members: readonly VariantType[]
}

const basicSizes: Readonly<Record<string, number>> = {
  y: 1,
  b: 1,
  n: 2,
  q: 2,
  i: 4,
  u: 4,
  h: 4,
  x: 8,
  t: 8,
  d: 8,
}

const maxTypeLength = 255

/** Reads one complete type; undefined when the text is none (GLib's grammar, without indefinite types). */
export function parseVariantType(text: string): VariantType | undefined {
  if (text.length > maxTypeLength) return undefined
  const parsed = parseAt(text, 0, 0)
  return parsed?.end === text.length ? parsed.type : undefined
}

interface Parsed {
  readonly type: VariantType
  readonly end: number
}

function parseAt(text: string, at: number, depth: number): Parsed | undefined {
  const char = text[at] ?? ''
  if (depth > 32) return undefined
  if (char === 'a' || char === 'm') {
    const element = parseAt(text, at + 1, depth + 1)
    if (element === undefined) return undefined
    const form = char === 'a' ? 'array' : 'maybe'
    const { alignment } = element.type
    return made(text, at, element.end, { form, alignment, fixed: undefined, members: [element.type] })
  }
  if (char === '(' || char === '{') return parseTuple(text, at, depth)
  const size = Object.hasOwn(basicSizes, char) ? basicSizes[char] : undefined
  if (size !== undefined)
    return made(text, at, at + 1, { form: 'basic', alignment: size, fixed: size, members: [] })
  if (!/^[sogv]$/.test(char)) return undefined
  return made(text, at, at + 1, {
    form: 'basic',
    alignment: char === 'v' ? 8 : 1,
    fixed: undefined,
    members: [],
  })
}

function parseTuple(text: string, at: number, depth: number): Parsed | undefined {
  const close = text[at] === '(' ? ')' : '}'
  const members: VariantType[] = []
  let end = at + 1
  while (text[end] !== close) {
    const member = parseAt(text, end, depth + 1)
    if (member === undefined) return undefined
    members.push(member.type)
    end = member.end
  }
  if (close === '}' && (members.length !== 2 || members[0]?.form !== 'basic')) return undefined
  const alignment = Math.max(1, ...members.map((member) => member.alignment))
  return made(text, at, end + 1, { form: 'tuple', alignment, fixed: fixedTuple(members, alignment), members })
}

function fixedTuple(members: readonly VariantType[], alignment: number): number | undefined {
  if (members.length === 0) return 1
  let size = 0
  for (const member of members) {
    if (member.fixed === undefined) return undefined
    size = aligned(size, member.alignment) + member.fixed
  }
  return aligned(size, alignment)
}

function made(text: string, from: number, end: number, type: Omit<VariantType, 'text'>): Parsed {
  return { type: { ...type, text: text.slice(from, end) }, end }
}

/** The next multiple of the alignment. */
export function aligned(position: number, alignment: number): number {
  return Math.ceil(position / alignment) * alignment
}

/** Bytes of a framing offset in a container of this length. */
export function offsetSize(length: number): number {
  if (length <= 0xff) return length === 0 ? 0 : 1
  if (length <= 0xffff) return 2
  return length <= 0xffffffff ? 4 : 8
}
