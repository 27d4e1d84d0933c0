import { isOcishError, type Span } from '@ocish/sdk'
import type { Commands } from './commands.ts'
import type { Diagnostic } from './diagnostic.ts'
import { quote, quoteLiteral } from './quote.ts'
import type { ParamType } from './signature.ts'
import { nearest } from './suggest.ts'
import { valueOf } from './value-of.ts'

interface Expected {
  readonly type: ParamType
  readonly enum?: readonly string[]
  readonly min?: number
}

interface Checked {
  readonly value?: unknown
  readonly diagnostic?: Diagnostic
}

/** The typed value of a literal word, or what is wrong with it. `label` names the parameter (`--output`, `REF`). */
export function checkedValue(
  expected: Expected,
  label: string,
  text: string,
  at: Span,
  commands: Pick<Commands, 'kinds'>,
): Checked {
  const allowed = expected.enum ?? (expected.type === 'kind' ? commands.kinds : undefined)
  if (allowed !== undefined && !allowed.includes(text)) {
    return { diagnostic: notAllowed(expected, label, text, at, allowed) }
  }
  try {
    const value = valueOf(expected.type, text)
    return typeof value === 'number' && expected.min !== undefined && value < expected.min
      ? { diagnostic: tooSmall(label, text, at, expected.min) }
      : { value }
  } catch (error) {
    if (!isOcishError(error)) throw error
    return {
      diagnostic: {
        code: error.code,
        message: `${label}: ${error.message}`,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        from: at.from,
        to: at.to,
      },
    }
  }
}

function tooSmall(label: string, text: string, at: Span, min: number): Diagnostic {
  const message = `${label}: ${text} is less than ${min}`
  return { code: 'USAGE_INVALID_VALUE', message, hint: `Give ${min} or more.`, from: at.from, to: at.to }
}

function notAllowed(
  expected: Expected,
  label: string,
  text: string,
  at: Span,
  allowed: readonly string[],
): Diagnostic {
  const closest = nearest(text, allowed)
  return {
    code: expected.type === 'kind' ? 'KIND_UNKNOWN' : 'USAGE_INVALID_VALUE',
    message: expected.type === 'kind' ? `no kind '${text}'` : `${label}: '${text}' is none of its values`,
    hint: `Give one of ${allowed.join(', ')}.`,
    ...(closest.length > 0
      ? { closest, replace: { from: at.from, to: at.to, with: corrected(label, closest[0]!) } }
      : {}),
    from: at.from,
    to: at.to,
  }
}

/** A flag's place holds its name as well. */
function corrected(label: string, value: string): string {
  return label.startsWith('--') ? quote(`${label}=${value}`) : quoteLiteral(value)
}
