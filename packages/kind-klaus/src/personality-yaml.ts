import { OcishError, type Source } from '@ocish/sdk'
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
} from 'yaml'
import { personalityFile } from './constants.ts'
import { toAuthor } from './metadata.ts'
import type { Composition, Metadata, PartReference } from './model.ts'
import { readTextFile } from './read-source.ts'

export interface ReadPersonality {
  readonly metadata: Metadata
  readonly composition: Composition
  /** Members that mean nothing here (a legacy `image`, a typo), with their lines. */
  readonly unknown: readonly { readonly name: string; readonly line: number }[]
}

const known = new Set(
  'name description author homepage repository license keywords toolchain plugins version'.split(' '),
)

/** Reads the folder's personality.yaml. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export async function readPersonalityFolder(source: Source): Promise<ReadPersonality> {
  const text = await readTextFile(source, personalityFile)
  if (text === undefined) {
    throw new OcishError('KIND_INPUT_INVALID', `${source.name} holds no ${personalityFile}`, {
      hint: 'Name a folder with that file, or start one with klaus new personality.',
    })
  }
  return parsePersonality(text)
}

/**
 * The first document. Every scalar keeps its source text (`tag: 1.10` is "1.10", `name: yes` is "yes"), `null` and `~`
 * are nothing, as yaml.v3 decodes into string fields. Errors: KIND_INPUT_INVALID with the line in its details.
 */
export function parsePersonality(text: string): ReadPersonality {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    lineCounter: lines,
    uniqueKeys: true,
    version: '1.2',
  })
  const document: Document | undefined = 'empty' in documents ? undefined : documents[0]
  const reader = new Reader(document, lines)
  const broken = document?.errors[0]
  if (broken !== undefined)
    throw refused(`is not valid YAML: ${broken.message.split('\n')[0]}`, broken.linePos?.[0].line)
  return reader.personality()
}

function refused(why: string, line?: number): OcishError<'KIND_INPUT_INVALID'> {
  const at = line === undefined ? '' : `, line ${line}`
  return new OcishError('KIND_INPUT_INVALID', `${personalityFile}${at}: ${why}`, {
    details: { path: personalityFile, ...(line === undefined ? {} : { line }) },
  })
}

class Reader {
  readonly #document: Document | undefined
  readonly #lines: LineCounter
  #aliases = 0

  constructor(document: Document | undefined, lines: LineCounter) {
    this.#document = document
    this.#lines = lines
  }

  personality(): ReadPersonality {
    const root = this.#members(this.#document?.contents ?? null, 'the document')
    const text = (name: string): string => this.#text(root.get(name), name)
    const author = this.#members(root.get('author') ?? null, 'author')
    const part = (name: string): string => this.#text(author.get(name), `author.${name}`)
    const who = toAuthor({ name: part('name'), email: part('email'), url: part('url') })
    const name = text('name')
    if (name === '') throw refused('name is required')
    return {
      metadata: {
        name,
        description: text('description'),
        ...(who === undefined ? {} : { author: who }),
        homepage: text('homepage'),
        repository: text('repository'),
        license: text('license'),
        keywords: this.#items(root.get('keywords'), 'keywords').map((one) => this.#text(one, 'keywords')),
      },
      composition: {
        toolchain: this.#reference(root.get('toolchain'), 'toolchain'),
        plugins: this.#items(root.get('plugins'), 'plugins').map((one) => this.#reference(one, 'plugins')),
      },
      unknown: [...root]
        .filter(([key]) => !known.has(key))
        .map(([key, node]) => ({ name: key, line: this.#line(node) ?? 1 })),
    }
  }

  #reference(node: Node | null | undefined, where: string): PartReference {
    const members = this.#members(node ?? null, where)
    const text = (name: string): string => this.#text(members.get(name), `${where}.${name}`)
    const [tag, digest] = [text('tag'), text('digest')]
    return {
      repository: text('repository'),
      ...(tag === '' ? {} : { tag }),
      ...(digest === '' ? {} : { digest }),
    }
  }

  /** What an alias stands for; many of them are a bomb, not a personality. */
  #resolve(node: Node | null): Node | null {
    if (!isAlias(node)) return node
    this.#aliases += 1
    if (this.#aliases > 100 || this.#document === undefined) throw refused('has too many aliases')
    const target = node.resolve(this.#document)
    if (target === undefined) throw refused(`the alias *${node.source} has no anchor`, this.#line(node))
    return target
  }

  #line(node: Node | null | undefined): number | undefined {
    const start = node?.range?.[0]
    return start === undefined ? undefined : this.#lines.linePos(start).line
  }

  #isNull(node: Node | null): boolean {
    return (
      node === null ||
      (isScalar(node) &&
        node.type === 'PLAIN' &&
        ['', '~', 'null', 'Null', 'NULL'].includes(this.#source(node)))
    )
  }

  #source(node: Node): string {
    return isScalar(node) && typeof node.value === 'string' ? node.value : ''
  }

  #members(unresolved: Node | null, where: string): Map<string, Node | null> {
    const node = this.#resolve(unresolved)
    if (this.#isNull(node)) return new Map()
    if (!isMap(node)) throw refused(`${where} is no mapping`, this.#line(node))
    return new Map(node.items.map(({ key, value }) => [this.#source(key as Node), value as Node | null]))
  }

  #items(unresolved: Node | null | undefined, where: string): readonly (Node | null)[] {
    const node = this.#resolve(unresolved ?? null)
    if (this.#isNull(node)) return []
    if (!isSeq(node)) throw refused(`${where} is no list`, this.#line(node))
    return node.items as (Node | null)[]
  }

  #text(unresolved: Node | null | undefined, where: string): string {
    const node = this.#resolve(unresolved ?? null)
    if (node === null || this.#isNull(node)) return ''
    if (!isScalar(node)) throw refused(`${where} is no text`, this.#line(node))
    return this.#source(node)
  }
}
