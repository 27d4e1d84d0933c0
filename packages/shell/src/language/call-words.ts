import type { CallWord } from '../bound-call.ts'
import type { CallStage, Part, Word } from './syntax.ts'

/** The text of a word without expansions; undefined when it has one. */
export function literalText(word: Word): string | undefined {
  return word.spread ? undefined : textOf(word.parts)
}

function textOf(parts: readonly Part[]): string | undefined {
  let text = ''
  for (const part of parts) {
    const piece = part.kind === 'double' ? textOf(part.parts) : 'text' in part ? part.text : undefined
    if (piece === undefined) return undefined
    text += piece
  }
  return text
}

/** Head and arguments of a call as the binder takes them; expansions are left open. */
export function callWords(stage: CallStage, argv: boolean): readonly CallWord[] {
  return [stage.head, ...stage.args].map((word) => callWord(word, argv))
}

function callWord(word: Word, argv: boolean): CallWord {
  const text = literalText(word)
  const first = word.parts[0]!
  return {
    from: word.from,
    to: word.to,
    bare: first.kind === 'bare',
    ...(text === undefined ? {} : { text }),
    ...(text === undefined && first.kind === 'bare' ? { prefix: first.text } : {}),
    ...(word.parts.some((part) => part.kind === 'bare' && part.pattern) ? { pattern: true } : {}),
    ...(word.spread ? { spread: true } : {}),
    ...(argv ? { argv: true } : {}),
  }
}
