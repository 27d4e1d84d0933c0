import type { Document, Scalar, visit } from 'yaml'
import { hostile } from '../hostile.ts'
import type { Edge } from './edge.ts'
import { hasFailed, type Status } from './json.ts'
import { machineValue } from './machine-value.ts'
import { decoded } from './utf8.ts'

/** Rows and values as a sequence, one item at a time; a value as one document. The library is loaded with the first of them. */
export async function* writeYaml(edge: Edge, status: Status = {}): AsyncGenerator<string, void> {
  if (edge.form === 'bytes') {
    yield* decoded(edge.bytes)
    return
  }
  const yaml = await import('yaml')
  const encode = (value: unknown): string => {
    const document = new yaml.Document(machineValue(value), { version: '1.2' })
    quoteHostile(document, yaml)
    return document.toString({ lineWidth: 0 }).replaceAll(hostile, escaped)
  }
  if (edge.form === 'value') {
    yield encode(edge.value)
    return
  }
  let empty = true
  for await (const item of edge.form === 'rows' ? edge.rows : edge.values) {
    yield encode([item])
    empty = false
  }
  if (empty && !hasFailed(status)) yield '[]\n'
}

/** Text with hostile characters is written in double quotes, the only form that has escapes. */
function quoteHostile(
  document: Document,
  yaml: { readonly visit: typeof visit; readonly Scalar: typeof Scalar },
): void {
  yaml.visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value !== 'string' || node.value.replaceAll('\n', '').search(hostile) < 0) return
      node.type = yaml.Scalar.QUOTE_DOUBLE
    },
  })
}

function escaped(character: string): string {
  if (character === '\n') return character
  return String.raw`\U` + character.codePointAt(0)!.toString(16).padStart(8, '0')
}
