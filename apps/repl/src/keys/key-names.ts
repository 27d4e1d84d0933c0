/** Final characters of CSI and SS3 sequences that are keys. */
export const finals: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
}

/** Numbers of `CSI n ~` that are keys. */
const numbered: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
}

const codes: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  27: 'escape',
  32: 'space',
  127: 'backspace',
}

/** A control character as a key. */
export function controlName(code: number): string {
  if (code === 0) return 'ctrl-space'
  const own = codes[code]
  if (own !== undefined) return own
  return `ctrl-${String.fromCharCode(code < 27 ? code + 96 : code + 64)}`
}

/** `1 + bits` of shift, alt and ctrl, as terminals send it, in front of a key. */
function modified(key: string, modifiers: number): string {
  const bits = Math.max(0, modifiers - 1)
  const names = [bits & 4 ? 'ctrl-' : '', bits & 2 ? 'alt-' : '', bits & 1 ? 'shift-' : '']
  return `${names.join('')}${key}`
}

/** A key that is told by its code point (`CSI 97;5u`); undefined for what is no key of ours. */
function coded(code: number, modifiers: number): string | undefined {
  if (!Number.isInteger(code) || code < 8 || code > 0x10ffff) return undefined
  const key = codes[code] ?? (code >= 33 && code < 0xe000 ? String.fromCodePoint(code) : undefined)
  return key === undefined ? undefined : modified(key, modifiers)
}

/** A CSI sequence as a key; undefined for terminal replies and whatever else is no key. */
export function csiKey(body: string, final: string): string | undefined {
  if (/^[<=>?]/.test(body)) return undefined
  const [first = Number.NaN, second = 1, third = Number.NaN] = body.split(';').map(leading)
  // A release of a key in the kitty protocol.
  if (body.split(';')[1]?.endsWith(':3') === true) return undefined
  const modifiers = Number.isNaN(second) ? 1 : second
  if (final === '~') {
    if (first === 27) return coded(third, modifiers)
    const key = numbered[first]
    return key === undefined ? undefined : modified(key, modifiers)
  }
  if (final === 'u') return coded(first, modifiers)
  if (final === 'Z') return 'shift-tab'
  // With numbers, R is the answer to "where is the cursor?".
  if (final === 'R' && body !== '') return undefined
  const key = Object.hasOwn(finals, final) ? finals[final] : undefined
  return key === undefined ? undefined : modified(key, modifiers)
}

function leading(parameter: string): number {
  return Number.parseInt(parameter, 10)
}
