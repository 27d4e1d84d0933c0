/**
 * Writes `docs/api/` from the declarations and doc comments in `api/`, or with `--check` compares them. An exported name
 * without a doc comment is an error either way.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const target = join(root, 'docs/api')
const check = process.argv.slice(2).includes('--check')

interface Declaration {
  readonly doc: string
  readonly code: string
}

interface Section {
  /** `index`, `client`, or a chunk that others import from. */
  readonly name: string
  readonly lines: readonly string[]
}

function sectionsOf(text: string): readonly Section[] {
  return text
    .split(/^\/\/ (?=[\w-]+\.d\.mts$)/m)
    .slice(1)
    .map((part) => {
      const [head = '', ...lines] = part.split('\n')
      return { name: head.replace('.d.mts', ''), lines }
    })
}

/** The top-level declarations by name, each with the comment before it. */
function declarationsOf({ lines }: Section): ReadonlyMap<string, Declaration> {
  const found = new Map<string, Declaration>()
  let doc: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.startsWith('/**')) {
      doc = []
      for (; at < lines.length; at++) {
        doc.push(lines[at] ?? '')
        if (lines[at]?.endsWith('*/') === true) break
      }
      continue
    }
    const name = /^(?:declare |abstract )*(?:interface|type|class|function|const|namespace) ([\w$]+)/.exec(
      line,
    )?.[1]
    if (name === undefined) continue
    const from = at
    while (!isEnd(lines[at] ?? '') && at + 1 < lines.length) at++
    const known = found.get(name)
    const code = lines.slice(from, at + 1).join('\n')
    found.set(name, {
      doc: known?.doc ?? textOf(doc),
      // Overloads stand together.
      code: known === undefined ? code : `${known.code}\n${code}`,
    })
    doc = []
  }
  return found
}

/** A declaration ends where a line that is not indented closes it. */
function isEnd(line: string): boolean {
  return /^(?:\}.*|[^\s}].*[;}])$/.test(line) && !/[{(]$/.test(line)
}

function textOf(comment: readonly string[]): string {
  return comment
    .map((line) =>
      line
        .replace(/^\s*\/?\*+\/?\s?/, '')
        .replace(/\s*\*\/$/, '')
        .trim(),
    )
    .join('\n')
    .trim()
}

/** What an entry exports, by the name outside: where it is declared, and how it is called there. */
function exportsOf({ lines }: Section): ReadonlyMap<string, string> {
  const list = lines.flatMap((line) => /^export \{ (.*) \};?$/.exec(line)?.[1]?.split(', ') ?? [])
  return new Map(
    list.map((item) => {
      const [inside = '', outside = inside] = item.replace(/^type /, '').split(' as ')
      return [outside, inside]
    }),
  )
}

/** Names that come from elsewhere: the module, and what they are called there. */
function importsOf({
  lines,
}: Section): ReadonlyMap<string, { readonly from: string; readonly name: string }> {
  const found = new Map<string, { readonly from: string; readonly name: string }>()
  for (const line of lines) {
    const [, list = '', from = ''] = /^import \{ (.*) \} from "(.*)";$/.exec(line) ?? []
    for (const item of list.split(', ').filter(Boolean)) {
      const [name = '', alias = name] = item.replace(/^type /, '').split(' as ')
      found.set(alias, { from, name })
    }
  }
  return found
}

interface Entry {
  readonly title: string
  readonly text: string
}

/** Exported names that have no doc comment, with their package. */
const bare = new Set<string>()

function entryOf(
  pkg: string,
  [outside, inside]: readonly [string, string],
  section: Section,
  all: readonly Section[],
): Entry {
  const title = outside === 'default' ? `default: ${inside}` : outside
  const own = declarationsOf(section).get(inside)
  if (own !== undefined && own.doc === '' && !isPlaceless(own, outside)) bare.add(`${pkg}: ${outside}`)
  if (own !== undefined) return { title, text: shown(own) }
  const imported = importsOf(section).get(inside)
  if (imported === undefined) throw new Error(`${inside} is exported and not declared`)
  const chunk = all.find(({ name }) => imported.from === `./${name}.mjs`)
  if (chunk === undefined) return { title, text: `Of \`${imported.from}\`.` }
  return entryOf(pkg, [outside, exportsOf(chunk).get(imported.name) ?? imported.name], chunk, all)
}

/** A default export and a namespace of a whole module have no place for a comment of their own. */
function isPlaceless({ code }: Declaration, outside: string): boolean {
  return outside === 'default' || code.startsWith('declare namespace')
}

function shown({ doc, code }: Declaration): string {
  const plain = code.replaceAll(/\$\d+\b/g, '').replace(/^declare /gm, '')
  return `${doc === '' ? '' : `${doc}\n\n`}\`\`\`ts\n${plain}\n\`\`\``
}

function pageOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly description?: string
    readonly exports: Readonly<Record<string, unknown>>
  }
  const sections = sectionsOf(readFileSync(join(root, 'api', `${folder}.d.ts`), 'utf8'))
  const entries = Object.keys(manifest.exports).filter((key) => !key.endsWith('.json'))
  const parts = entries.flatMap((key) => {
    const section = sections.find(({ name }) => name === (key === '.' ? 'index' : key.slice(2)))
    if (section === undefined) return []
    const again = section.lines.flatMap((line) => /^export \* from "(.*)";$/.exec(line)?.[1] ?? [])
    const names = [...exportsOf(section)].map((name) => entryOf(manifest.name, name, section, sections))
    return [
      `## \`${manifest.name}${key.slice(1)}\``,
      ...again.map((from) => `And everything of \`${from}\`.`),
      ...names
        .toSorted((a, b) => (a.title < b.title ? -1 : 1))
        .map(({ title, text }) => `### ${title}\n\n${text}`),
    ]
  })
  const intro = manifest.description === undefined ? [] : [`${manifest.description}.`]
  return `${[`# ${manifest.name}`, ...intro, 'Generated from the doc comments: `pnpm api` writes it anew.', ...parts].join('\n\n')}\n`
}

function pages(): ReadonlyMap<string, string> {
  const folders = readdirSync(join(root, 'api'))
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => name.slice(0, -'.d.ts'.length))
    .toSorted()
  const list = folders.map((folder) => `- [@ocish/${folder}](${folder}.md)`).join('\n')
  return new Map([
    [
      'README.md',
      `# API reference\n\nOf every package, generated from its doc comments by \`pnpm api\`.\n\n${list}\n`,
    ],
    ...folders.map((folder): [string, string] => [`${folder}.md`, pageOf(folder)]),
  ])
}

const wanted = pages()
let different = 0
if (check) {
  for (const [name, text] of wanted) {
    const file = join(target, name)
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
    console.error(`docs/api/${name} is not what the doc comments say: run 'pnpm api'`)
    different += 1
  }
} else {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  for (const [name, text] of wanted) writeFileSync(join(target, name), text)
}
for (const name of bare) console.error(`${name} is exported without a doc comment`)
console.log(check ? `docs/api: ${different} pages differ` : `docs/api: ${wanted.size} pages written`)
if (different > 0 || bare.size > 0) process.exitCode = 1
