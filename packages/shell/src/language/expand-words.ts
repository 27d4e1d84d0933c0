import { OcishError } from '@ocish/sdk'
import type { BoundCall, CallWord } from '../bound-call.ts'
import { bindWords } from '../bind-words.ts'
import { errorOf, type SourceText } from '../diagnostic.ts'
import { pathOfWord } from './call-words.ts'
import type { RunOptions } from './run-options.ts'
import type { Part, Word } from './syntax.ts'
import { valueText } from './value-text.ts'

/** The value of an expansion in a word. */
export type PartValue = (part: Part) => Promise<unknown>

type ExpandOptions = Pick<RunOptions<never>, 'commands' | 'expand' | 'glob' | 'signal'>

interface Expanded {
  readonly word: CallWord
  /** Where it holds an unquoted `*` or `?`: the pattern, with what is literal behind `\`. */
  readonly pattern?: string
}

/** A pattern that stands for more names than this is a mistake, where `limits.glob` says nothing else. */
const defaultMatches = 1000

/**
 * The call with every expansion done: variables, substitutions, spreads, then patterns over names.
 * Errors: those of the binder, GLOB_NO_MATCH, LIMIT_EXCEEDED.
 */
export async function expandedCall(
  words: readonly Word[],
  source: SourceText,
  valueOf: PartValue,
  options: ExpandOptions,
): Promise<BoundCall> {
  const expanded: Expanded[] = []
  for (const word of words) expanded.push(...(await expandWord(word, valueOf)))
  const call = bound(expanded, source, options)
  const patterns = new Map(
    call.items.flatMap((item) =>
      item.kind === 'argument' && item.pattern
        ? [[item.word, item.param.type === 'path' ? 'path' : 'ref'] as const]
        : [],
    ),
  )
  if (patterns.size === 0 || options.expand === undefined) return call
  const matched: Expanded[] = []
  for (const [index, entry] of expanded.entries()) {
    const type = patterns.get(index)
    if (type === undefined) matched.push(entry)
    else matched.push(...(await matches(entry, type, options)))
  }
  return bound(matched, source, options)
}

function bound(words: readonly Expanded[], source: SourceText, options: ExpandOptions): BoundCall {
  const { call, diagnostics } = bindWords(
    words.map((entry) => entry.word),
    options.commands,
    source,
  )
  const [first] = diagnostics
  if (first !== undefined) throw errorOf(first, source)
  if (call === undefined) throw new TypeError('a binding without a call has a diagnostic')
  return call
}

async function matches(
  entry: Expanded,
  type: 'ref' | 'path',
  options: ExpandOptions,
): Promise<readonly Expanded[]> {
  const { word } = entry
  const { glob: matchesAtMost = defaultMatches } = options
  const pattern = entry.pattern ?? word.text ?? ''
  const found: Expanded[] = []
  for await (const text of options.expand!(pattern, type, options.signal)) {
    if (found.length === matchesAtMost) {
      throw new OcishError('LIMIT_EXCEEDED', `${word.text!} stands for more than ${matchesAtMost} names`, {
        hint: 'Narrow the pattern, or use each.',
        details: { span: { from: word.from, to: word.to } },
      })
    }
    const { pattern: _, ...plain } = word
    found.push({ word: { ...plain, text, bare: false } })
  }
  if (found.length > 0) return found
  throw new OcishError('GLOB_NO_MATCH', `nothing matches ${word.text!}`, {
    hint: 'Quote it where it is meant literally.',
    details: { span: { from: word.from, to: word.to } },
  })
}

async function expandWord(word: Word, valueOf: PartValue): Promise<readonly Expanded[]> {
  const place = { from: word.from, to: word.to }
  if (word.spread) {
    const value = await valueOf(word.parts[0]!)
    const list = Array.isArray(value)
      ? (value as readonly unknown[])
      : value === undefined || value === null
        ? []
        : [value]
    return list.map((entry) => ({ word: { ...place, text: valueText(entry, place), bare: false } }))
  }
  const texts = await partTexts(word.parts, valueOf)
  const path = pathOfWord(word.parts, texts)
  const first = word.parts[0]!
  const pattern = word.parts.some((part) => part.kind === 'bare' && part.pattern)
  const call: CallWord = {
    ...place,
    text: texts.join(''),
    bare: first.kind === 'bare',
    ...(path === undefined ? {} : { path }),
    ...(pattern ? { pattern } : {}),
  }
  return [pattern ? { word: call, pattern: patternText(word, texts) } : { word: call }]
}

/** The text of a word after its expansions; nothing is split or matched again. Errors: USAGE_INVALID_VALUE. */
export async function wordText(word: Word, valueOf: PartValue): Promise<string> {
  return (await partTexts(word.parts, valueOf)).join('')
}

async function partTexts(parts: readonly Part[], valueOf: PartValue): Promise<readonly string[]> {
  const texts: string[] = []
  for (const part of parts) {
    if (part.kind === 'bare' || part.kind === 'single') texts.push(part.text)
    else if (part.kind === 'double') texts.push((await partTexts(part.parts, valueOf)).join(''))
    else texts.push(valueText(await valueOf(part), part))
  }
  return texts
}

/** What is not bare is literal. */
function patternText({ parts }: Word, texts: readonly string[]): string {
  return texts
    .map((text, index) =>
      parts[index]!.kind === 'bare' ? text : text.replaceAll(/[*?\\]/g, String.raw`\$&`),
    )
    .join('')
}
