import { OcishError } from '@ocish/sdk'
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type CST,
  type Document,
  type ParsedNode,
  type Scalar as YamlScalar,
} from 'yaml'
import { limits } from './constants.ts'
import { resolvePlain, type Scalar } from './go-scalar.ts'
import { scalarText, type YamlTree } from './yaml-tree.ts'

export interface ParsedYaml {
  readonly tree: YamlTree
  /** Keys that a mapping has twice; the last value counts. */
  readonly duplicates: readonly { readonly key: string; readonly line: number }[]
}

/**
 * The first document as go-yaml v2 reads it (specs/helm.md §14): YAML 1.1 scalars, merge keys, repeated keys allowed.
 * Errors: KIND_INPUT_INVALID with the line in its details; LIMIT_EXCEEDED for too many values, aliases counted as often
 * as they are used, and for too deep ones.
 */
export function parseYaml(text: string, path: string): ParsedYaml {
  const lines = new LineCounter()
  const reader = new Reader(path, lines, text)
  try {
    return reader.read(firstDocument(text, lines, path))
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(path)
    throw error
  }
}

function firstDocument(text: string, lines: LineCounter, path: string): Document.Parsed | undefined {
  const composer = new Composer({
    schema: 'failsafe',
    version: '1.1',
    lineCounter: lines,
    uniqueKeys: false,
    logLevel: 'silent',
  })
  for (const document of composer.compose(tokens(text, lines, path))) return document
  return undefined
}

/** What the parser makes of a text that is neither too long nor too deep to be looked at. */
function* tokens(text: string, lines: LineCounter, path: string): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let count = 0
  let depth = 0
  for (const lexeme of new Lexer().lex(text)) {
    count += 1
    if (lexeme === '[' || lexeme === '{') depth += 1
    else if (lexeme === ']' || lexeme === '}') depth -= 1
    if (depth > limits.depth) throw tooDeep(path)
    if (count > limits.lexemes)
      throw new OcishError('LIMIT_EXCEEDED', `${path} has more than ${limits.lexemes} words and signs`)
    yield* parser.next(lexeme)
  }
  yield* parser.end()
}

function tooDeep(path: string): OcishError<'LIMIT_EXCEEDED'> {
  return new OcishError('LIMIT_EXCEEDED', `${path} is nested deeper than ${limits.depth}`)
}

/** Why a document was refused, with its place. */
export function refused(path: string, why: string, line?: number): OcishError<'KIND_INPUT_INVALID'> {
  const at = line === undefined || line === 0 ? '' : `, line ${line}`
  return new OcishError('KIND_INPUT_INVALID', `${path}${at}: ${why}`, {
    details: { path, ...(at === '' ? {} : { line }) },
  })
}

class Reader {
  readonly #path: string
  readonly #lines: LineCounter
  readonly #text: string
  readonly #anchors = new Map<string, YamlTree>()
  readonly #duplicates: { key: string; line: number }[] = []

  constructor(path: string, lines: LineCounter, text: string) {
    this.#path = path
    this.#lines = lines
    this.#text = text
  }

  read(document: Document.Parsed | undefined): ParsedYaml {
    const broken = document?.errors[0]
    if (broken !== undefined) {
      const why = broken.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')
      throw refused(this.#path, `not valid YAML: ${why}`, this.#lines.linePos(broken.pos[0]).line)
    }
    const { explicit, version } = document?.directives.yaml ?? {}
    if (explicit === true && version !== '1.1')
      throw refused(this.#path, `YAML ${version} is not supported`, 1)
    const tree = this.#tree(document?.contents ?? null, 0)
    return { tree, duplicates: this.#duplicates }
  }

  #line(node: ParsedNode | null): number {
    return node === null ? 0 : this.#lines.linePos(node.range[0]).line
  }

  #tree(node: ParsedNode | null, depth: number): YamlTree {
    if (depth > limits.depth) throw tooDeep(this.#path)
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source)
      if (target === undefined) throw refused(this.#path, `no anchor ${node.source}`, this.#line(node))
      return target
    }
    const tree = this.#value(node, depth)
    if (tree.weight > limits.nodes) {
      throw new OcishError('LIMIT_EXCEEDED', `${this.#path} has more than ${limits.nodes} values`, {
        hint: 'Use fewer aliases.',
        details: { path: this.#path, line: tree.line },
      })
    }
    if (node?.anchor !== undefined) this.#anchors.set(node.anchor, tree)
    return tree
  }

  #value(node: ParsedNode | null, depth: number): YamlTree {
    const line = this.#line(node)
    if (isMap(node)) return this.#map(node, depth, line)
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#tree(item, depth + 1))
      return { type: 'list', items, line, weight: items.reduce((sum, { weight }) => sum + weight, 1) }
    }
    if (!isScalar(node)) return { type: 'null', line, weight: 1 }
    const source = typeof node.value === 'string' ? node.value : ''
    return { ...this.#scalar(node, line), line, weight: 1, source }
  }

  #map(node: ParsedNode & { items: readonly unknown[] }, depth: number, line: number): YamlTree {
    const members = new Map<string, YamlTree>()
    const own = new Set<string>()
    let weight = 1
    for (const pair of node.items as readonly { key: ParsedNode | null; value: ParsedNode | null }[]) {
      const value = this.#tree(pair.value, depth + 1)
      weight += value.weight
      if (isMergeKey(pair.key)) {
        this.#merge(value, members)
        continue
      }
      const key = this.#key(pair.key, depth)
      if (own.has(key)) this.#duplicates.push({ key, line: this.#line(pair.key) })
      own.add(key)
      members.delete(key)
      members.set(key, value)
    }
    return { type: 'map', members, line, weight }
  }

  /** `<<`: of several mappings the first wins. */
  #merge(value: YamlTree, into: Map<string, YamlTree>): void {
    const sources = value.type === 'list' ? value.items.toReversed() : [value]
    for (const source of sources) {
      if (source.type !== 'map') throw refused(this.#path, 'only mappings can be merged', source.line)
      for (const [key, member] of source.members) into.set(key, member)
    }
  }

  #key(node: ParsedNode | null, depth: number): string {
    const tree = this.#tree(node, depth + 1)
    const text = scalarText(tree)
    if (text === undefined) throw refused(this.#path, 'a key is no text', tree.line)
    return text
  }

  #scalar(node: YamlScalar.Parsed, line: number): Scalar {
    const text = typeof node.value === 'string' ? this.#withoutAddedEnd(node, node.value) : ''
    const tag = node.tag?.replace(/^tag:yaml\.org,2002:/, '!!')
    const plain = node.type === 'PLAIN'
    if (tag === undefined || tag === '')
      return plain ? this.#finite(resolvePlain(text), line) : { type: 'text', value: text }
    if (tag === '!!binary') return { type: 'text', value: Buffer.from(text, 'base64').toString('utf8') }
    if (tag === '!!int' || tag === '!!float' || tag === '!!bool' || tag === '!!null') {
      const found = this.#finite(resolvePlain(text), line)
      if (tag === '!!float' && found.type === 'int') return { type: 'float', value: Number(found.value) }
      if (tag === `!!${found.type}`) return found
      throw refused(this.#path, `${JSON.stringify(text.slice(0, 80))} is no ${tag}`, line)
    }
    return { type: 'text', value: text }
  }

  /** JSON, which everything becomes, has no infinities. */
  #finite(scalar: Scalar, line: number): Scalar {
    if (scalar.type === 'float' && !Number.isFinite(scalar.value))
      throw refused(this.#path, 'infinities and NaN cannot be used', line)
    return scalar
  }

  /** go-yaml gives a block at the end of a file no line end that is not there. */
  #withoutAddedEnd(node: YamlScalar.Parsed, value: string): string {
    const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
    const atEnd = block && node.range[1] >= this.#text.length && !this.#text.endsWith('\n')
    return atEnd && value.endsWith('\n') ? value.slice(0, -1) : value
  }
}

function isMergeKey(node: ParsedNode | null): boolean {
  return isScalar(node) && node.type === 'PLAIN' && node.value === '<<'
}
