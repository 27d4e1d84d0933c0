import { isOcishError, type Span } from '@ocish/sdk'
import type { Replacement, SourceText } from './diagnostic.ts'
import { wayOutOf } from './error-codes.ts'
import { quote, quoteLiteral } from './quote.ts'

/** A hint a person can follow; with `replace`, an edit of the source that can be applied. */
export interface ProblemHint {
  readonly text: string
  readonly replace?: Replacement
}

/** A failure as data: fancy, plain and JSON reports are three views of it (shell.md §4.2). */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly exit: number
  readonly source?: SourceText
  readonly span?: Span
  readonly causes: readonly { readonly code?: string; readonly message: string }[]
  /** Near names, best first. */
  readonly closest: readonly string[]
  readonly hints: readonly ProblemHint[]
  /** The whole source with the first replacement applied: a line to run. */
  readonly corrected?: string
  /** Small facts of the error (`wire`, `side`, `descriptor`, …). */
  readonly details: Readonly<Record<string, unknown>>
  /** Set for anything that is not an expected failure: this is a bug of ours or of a kind. */
  readonly stack?: string
}

const causeLimit = 8

/** Details that have their own place in a problem. */
const placed = new Set(['span', 'source', 'closest', 'replace', 'input', 'nearest'])

/**
 * Any thrown value as a problem. `source` is the text that ran: a span inside one of its words (`details.input` and
 * `details.span`, as the grammar's errors have them) is moved to where that word stands in it.
 */
export function toProblem(error: unknown, source?: SourceText): Problem {
  if (!isOcishError(error)) return bug(error, source)
  const details = error.details ?? {}
  const own = sourceOf(details['source']) ?? source
  const place = spanIn(own, details)
  const closest = textsOf(details['closest'] ?? [details['nearest']])
  const replace =
    replacementOf(details['replace']) ?? byNearest(own, details) ?? byClosest(place, details, closest)
  const hints: ProblemHint[] = []
  if (error.hint !== undefined) hints.push({ text: error.hint })
  if (replace !== undefined) hints.push({ text: `write ${replace.with}`, replace })
  // What `help CODE` would say, where the error itself knows nothing better.
  const general = hints.length + closest.length === 0 ? wayOutOf(error.code) : undefined
  if (general !== undefined) hints.push({ text: general })
  const corrected = replace !== undefined && own !== undefined ? applied(own.text, replace) : undefined
  return {
    code: error.code,
    message: error.message,
    exit: error.exit,
    ...(own === undefined ? {} : { source: own }),
    ...(place === undefined ? {} : { span: place }),
    // A cause that the message quotes (which side of a copy failed, and why) has been said.
    causes: causesOf(error.cause).filter((cause) => !error.message.includes(cause.message)),
    closest,
    hints,
    ...(corrected === undefined ? {} : { corrected }),
    details: Object.fromEntries(Object.entries(details).filter(([key]) => !placed.has(key))),
  }
}

/** The text after an edit. */
function applied(text: string, edit: Replacement): string {
  return text.slice(0, edit.from) + edit.with + text.slice(edit.to)
}

function bug(error: unknown, source: SourceText | undefined): Problem {
  const known = error instanceof Error
  return {
    code: 'INTERNAL',
    message: known ? `unexpected ${error.name}: ${error.message}` : `unexpected ${String(error)}`,
    exit: 70,
    ...(source === undefined ? {} : { source }),
    causes: known ? causesOf(error.cause) : [],
    closest: [],
    hints: [{ text: 'This is a bug; please report it with the version and the lines below.' }],
    details: {},
    ...(known && error.stack !== undefined ? { stack: error.stack } : {}),
  }
}

function causesOf(cause: unknown): Problem['causes'] {
  const causes: { code?: string; message: string }[] = []
  const seen = new Set<unknown>()
  let next = cause
  while (next !== undefined && next !== null && causes.length < causeLimit && !seen.has(next)) {
    seen.add(next)
    if (!(next instanceof Error) && !isOcishError(next)) {
      causes.push({ message: typeof next === 'string' ? next : 'unknown cause' })
      break
    }
    const code = (next as { code?: unknown }).code
    const inner = next instanceof AggregateError ? next.errors : []
    const message = next.message === '' && inner.length > 0 ? inner.map(messageOf).join('; ') : next.message
    if (message !== '') causes.push(typeof code === 'string' ? { code, message } : { message })
    next = next.cause
  }
  return causes
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function spanIn(
  source: SourceText | undefined,
  details: Readonly<Record<string, unknown>>,
): Span | undefined {
  const span = spanOf(details['span'])
  const input = details['input']
  if (source === undefined) return undefined
  if (typeof input !== 'string' || source.text === input) return span
  const place = inputIn(source, input)
  const exact = place !== undefined && place.to - place.from === input.length
  return span === undefined || !exact ? place : { from: place.from + span.from, to: place.from + span.to }
}

/** Where the faulty input stands in the source, as it was written or quoted. */
function inputIn(source: SourceText, input: string): Span | undefined {
  for (const text of [input, quoteLiteral(input), quote(input)]) {
    const at = text === '' ? -1 : source.text.indexOf(text)
    if (at >= 0) return { from: at, to: at + text.length }
  }
  return undefined
}

/** `details.nearest` is a right form of the whole input. */
function byNearest(
  source: SourceText | undefined,
  details: Readonly<Record<string, unknown>>,
): Replacement | undefined {
  const { input, nearest } = details
  if (source === undefined || typeof input !== 'string' || typeof nearest !== 'string') return undefined
  const place = inputIn(source, input)
  return place === undefined ? undefined : { ...place, with: quoteLiteral(nearest) }
}

/** The nearest name in place of the faulty part, where the error says what part that is. */
function byClosest(
  place: Span | undefined,
  details: Readonly<Record<string, unknown>>,
  closest: readonly string[],
): Replacement | undefined {
  const [best] = closest
  const named = typeof details['input'] === 'string' && spanOf(details['span']) !== undefined
  if (!named || place === undefined || best === undefined || place.to <= place.from) return undefined
  return { from: place.from, to: place.to, with: best }
}

function spanOf(value: unknown): Span | undefined {
  const span = value as Partial<Span> | undefined
  return typeof span?.from === 'number' && typeof span.to === 'number'
    ? { from: span.from, to: span.to }
    : undefined
}

function sourceOf(value: unknown): SourceText | undefined {
  const source = value as Partial<SourceText> | undefined
  return typeof source?.name === 'string' && typeof source.text === 'string'
    ? { name: source.name, text: source.text }
    : undefined
}

function replacementOf(value: unknown): Replacement | undefined {
  const span = spanOf(value)
  const text = (value as Partial<Replacement> | undefined)?.with
  return span === undefined || typeof text !== 'string' ? undefined : { ...span, with: text }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}
