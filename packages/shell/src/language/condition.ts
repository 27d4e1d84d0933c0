import { OcishError } from '@ocish/sdk'
import { literalText } from './call-words.ts'
import { compareValues, sameValue } from './compare.ts'
import type { EdgeType } from './edge-type.ts'
import { fieldOf } from './field-path.ts'
import { FieldReader } from './field-reader.ts'
import type { Expression, Word } from './syntax.ts'
import { nodesOf, wordsOf } from './walk.ts'

/** The value of a word of the condition; it does not change from row to row. */
type WordValue = (word: Word) => Promise<unknown>

/** A condition that is ready to test rows. */
export interface Condition {
  test(item: unknown): boolean
  /** After the last row. Errors: BIND_UNKNOWN_FIELD for a field that no row had. */
  end(): void
}

/** Evaluates the words of a condition once; `test` is then synchronous. `input`: what is known of the rows. Errors: BIND_PATTERN. */
export async function condition(
  expression: Expression,
  valueOf: WordValue,
  input: EdgeType,
): Promise<Condition> {
  const words = new Map<Word, unknown>()
  for (const word of wordsOf(expression)) words.set(word, await valueOf(word))
  const evaluator = new Evaluator(words)
  const readers: FieldReader[] = []
  for (const node of nodesOf(expression))
    if (node.kind === 'field') readers.push(new FieldReader(node, input))
  let open = readers.filter((reader) => !reader.settled)
  return {
    test(item) {
      // Every field is looked for in every row, also behind an `and` that is decided already.
      if (open.length > 0) {
        for (const reader of open) reader.read(item)
        open = open.filter((reader) => !reader.settled)
      }
      return evaluator.test(expression, item)
    },
    end() {
      for (const reader of open) reader.end()
    },
  }
}

class Evaluator {
  readonly #words: ReadonlyMap<Word, unknown>
  readonly #patterns = new Map<string, RegExp>()

  constructor(words: ReadonlyMap<Word, unknown>) {
    this.#words = words
  }

  test(expression: Expression, item: unknown): boolean {
    return this.#truth(expression, item)
  }

  #truth(expression: Expression, item: unknown): boolean {
    switch (expression.kind) {
      case 'and':
        return expression.operands.every((operand) => this.#truth(operand, item))
      case 'or':
        return expression.operands.some((operand) => this.#truth(operand, item))
      case 'not':
        return !this.#truth(expression.operand, item)
      case 'compare':
        return this.#compare(expression, item)
      case 'field':
      case 'literal':
      case 'word':
      case 'missing': {
        const value = this.#value(expression, item)
        return Array.isArray(value) ? value.length > 0 : Boolean(value)
      }
      default:
        return expression satisfies never
    }
  }

  #value(expression: Expression, item: unknown): unknown {
    if (expression.kind === 'literal') return expression.value
    if (expression.kind === 'word') return this.#words.get(expression.word)
    return expression.kind === 'field' ? fieldOf(item, expression.path) : undefined
  }

  #compare(node: Extract<Expression, { kind: 'compare' }>, item: unknown): boolean {
    const left = this.#value(node.left, item)
    const right = this.#value(node.right, item)
    switch (node.operator) {
      case '==':
        return sameValue(left, right)
      case '!=':
        return !sameValue(left, right)
      case 'in':
        return choices(node.right, right).some((choice) => sameValue(choice, left))
      case 'contains':
        return holds(left, right)
      case '=~':
      case 'matches':
        return this.#pattern(right).test(text(left))
      case '!~':
        return !this.#pattern(right).test(text(left))
      case 'startswith':
        return text(left).startsWith(text(right))
      case 'endswith':
        return text(left).endsWith(text(right))
      case '<':
      case '<=':
      case '>':
      case '>=':
        return ordered(node.operator, left, right)
      default:
        return node.operator satisfies never
    }
  }

  #pattern(value: unknown): RegExp {
    const source = text(value)
    const known = this.#patterns.get(source)
    if (known !== undefined) return known
    try {
      const pattern = new RegExp(source, 'u')
      this.#patterns.set(source, pattern)
      return pattern
    } catch (error) {
      throw new OcishError('BIND_PATTERN', `'${source}' is no regular expression`, { cause: error })
    }
  }
}

function ordered(operator: '<' | '<=' | '>' | '>=', left: unknown, right: unknown): boolean {
  if (left === undefined || left === null || right === undefined || right === null) return false
  const order = compareValues(left, right)
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  return operator === '>' ? order > 0 : order >= 0
}

/** What stands right of `in`: a list, or words with commas between them (`helm,image`, `[helm,image]`). */
function choices(written: Expression, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[]
  const isWritten =
    written.kind === 'literal' || (written.kind === 'word' && literalText(written.word) !== undefined)
  if (typeof value !== 'string' || !isWritten) return [value]
  return value
    .replace(/^\[(.*)\]$/s, '$1')
    .split(',')
    .map((word) => word.trim())
}

/** A list has the element, or a text has the part. */
function holds(container: unknown, element: unknown): boolean {
  if (Array.isArray(container)) return container.some((entry) => sameValue(entry, element))
  return container !== undefined && container !== null && text(container).includes(text(element))
}

function text(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
