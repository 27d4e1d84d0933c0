import { OcishError } from '@ocish/sdk'
import { nearest } from '../suggest.ts'
import { compareValues, sameValue } from './compare.ts'
import { valueAt } from './field-path.ts'
import type { Expression, FieldExpression, Word } from './syntax.ts'
import { wordsOf } from './walk.ts'

/** The value of a word of the condition; it does not change from row to row. */
type WordValue = (word: Word) => Promise<unknown>

/** A condition that is ready to test rows. */
export interface Condition {
  test(item: unknown): boolean
  /** After the last row. Errors: BIND_UNKNOWN_FIELD for a field that no row had. */
  end(): void
}

/** Evaluates the words of a condition once; `test` is then synchronous. Errors: BIND_PATTERN. */
export async function condition(expression: Expression, valueOf: WordValue): Promise<Condition> {
  const words = new Map<Word, unknown>()
  for (const word of wordsOf(expression)) words.set(word, await valueOf(word))
  const evaluator = new Evaluator(words)
  return { test: (item) => evaluator.test(expression, item), end: () => evaluator.end() }
}

class Evaluator {
  readonly #words: ReadonlyMap<Word, unknown>
  readonly #patterns = new Map<string, RegExp>()
  /** Fields that no row had so far, by name. */
  readonly #missing = new Map<string, FieldExpression>()
  readonly #found = new Set<string>()
  readonly #seen = new Set<string>()
  #rows = 0

  constructor(words: ReadonlyMap<Word, unknown>) {
    this.#words = words
  }

  test(expression: Expression, item: unknown): boolean {
    this.#rows++
    return this.#truth(expression, item)
  }

  end(): void {
    for (const [name, field] of this.#missing) {
      if (this.#found.has(name) || this.#rows === 0) continue
      const closest = nearest(name, this.#seen)
      throw new OcishError('BIND_UNKNOWN_FIELD', `no row has a field ${name}`, {
        hint: `Fields are ${[...this.#seen].slice(0, 20).join(', ')}; write ${name}? for one that may be missing.`,
        details: { span: { from: field.from, to: field.to }, ...(closest.length > 0 ? { closest } : {}) },
      })
    }
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
    return expression.kind === 'field' ? this.#field(expression, item) : undefined
  }

  #field(field: FieldExpression, item: unknown): unknown {
    const value = valueAt(item, field.path)
    if (field.optional) return value
    const name = String(field.path[0])
    if (value !== undefined) this.#found.add(name)
    else if (!this.#found.has(name)) {
      this.#missing.set(name, field)
      if (this.#seen.size < 200 && typeof item === 'object' && item !== null) {
        for (const key of Object.keys(item)) this.#seen.add(key)
      }
    }
    return value
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
        return holds(right, left)
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

/** A list has the element, or a text has the part. */
function holds(container: unknown, element: unknown): boolean {
  if (Array.isArray(container)) return container.some((entry) => sameValue(entry, element))
  return container !== undefined && container !== null && text(container).includes(text(element))
}

function text(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
