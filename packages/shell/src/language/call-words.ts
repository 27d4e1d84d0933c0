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

/**
 * A word as a path (shell.md §2.2): a quoted piece after a dot is one step of it, whatever it holds. Undefined where this
 * is the text of the word. `texts`: what each part amounts to.
 */
export function pathOfWord(parts: readonly Part[], texts: readonly string[]): string | undefined {
  let path = ''
  for (const [index, text] of texts.entries()) {
    const { kind } = parts[index]!
    const step = path.endsWith('.') && (kind === 'single' || kind === 'double') && !/["\n]/.test(text)
    path += step ? `"${text}"` : text
  }
  return path === texts.join('') ? undefined : path
}

/** Head and arguments of a call as the binder takes them; expansions are left open. */
export function callWords(stage: CallStage, argv: boolean): readonly CallWord[] {
  return [stage.head, ...stage.args].map((word) => callWord(word, argv))
}

function callWord(word: Word, argv: boolean): CallWord {
  const text = literalText(word)
  const first = word.parts[0]!
  const path =
    text === undefined
      ? undefined
      : pathOfWord(
          word.parts,
          word.parts.map((part) => textOf([part]) ?? ''),
        )
  return {
    from: word.from,
    to: word.to,
    bare: first.kind === 'bare',
    ...(text === undefined ? {} : { text }),
    ...(path === undefined ? {} : { path }),
    ...(text === undefined && first.kind === 'bare' ? { prefix: first.text } : {}),
    ...(word.parts.some((part) => part.kind === 'bare' && part.pattern) ? { pattern: true } : {}),
    ...(word.spread ? { spread: true } : {}),
    ...(argv ? { argv: true } : {}),
  }
}
