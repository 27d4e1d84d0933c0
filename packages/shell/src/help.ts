import type { KindOption } from '@ocish/sdk'
import { usageLine } from './assign-params.ts'
import type { Commands } from './commands.ts'
import { errorHelp } from './error-codes.ts'
import { commonFlags } from './common-flags.ts'
import { phrase } from './phrase.ts'
import type { Flag, Output, Signature } from './signature.ts'
import { topics } from './topics.ts'

/** One block of help, as data: the text layer lays it out, the man pages and documents are made from it too. */
export type HelpBlock =
  | { readonly form: 'text'; readonly title?: string; readonly paragraphs: readonly string[] }
  | { readonly form: 'code'; readonly title?: string; readonly lines: readonly string[] }
  | { readonly form: 'list'; readonly title: string; readonly items: readonly HelpItem[] }
  | { readonly form: 'examples'; readonly title: string; readonly items: readonly HelpItem[] }

/** One term and what is said of it. */
export interface HelpItem {
  readonly term: string
  readonly text: string
}

/** Help as data: a page, text or JSON is made of it. */
export interface HelpDocument {
  /** What it is help for: a command's name, a topic, or `ocish`. */
  readonly name: string
  readonly summary: string
  readonly blocks: readonly HelpBlock[]
}

const effects: Readonly<Record<Signature['effect'], string>> = {
  R: 'It reads only.',
  W: 'It writes to a registry or a folder.',
  D: 'It deletes; without a terminal it needs --yes.',
  L: 'It works on this machine only.',
}

const exitMeanings: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'a negative answer: differs, invalid, does not exist',
  2: 'wrong usage; nothing ran',
  3: 'something required was not found',
  4: 'authentication or permission',
  5: 'network, TLS, or a registry that is not available; may be retried',
  6: 'a registry or protocol error',
  7: 'integrity: a digest or size differs',
  8: 'a local file or folder',
  9: 'a plugin crashed, is missing or denied',
  10: 'some of many failed',
  124: 'the deadline of --timeout',
  130: 'interrupted',
  141: 'broken pipe',
  143: 'terminated',
}

/** What an exit status means, in a few words. */
export function exitMeaning(status: number): string {
  return exitMeanings[status] ?? 'a failure'
}

/** Help for one command. */
export function renderHelp(signature: Signature, commands?: Commands): HelpDocument {
  const blocks: HelpBlock[] = [{ form: 'code', title: 'Usage', lines: [`${usageLine(signature)} [FLAGS]`] }]
  const summary = phrase(signature.summary)
  const paragraphs = [`${summary[0]!.toUpperCase()}${summary.slice(1)}.`]
  if (signature.description !== undefined) paragraphs.push(...signature.description.split(/\n{2,}/))
  blocks.push({ form: 'text', paragraphs: [...paragraphs, effects[signature.effect]] })
  if ((signature.aliases ?? []).length > 0) {
    blocks.push({ form: 'text', title: 'Also called', paragraphs: [signature.aliases!.join(', ')] })
  }
  const params = signature.params.filter((param) => param.summary !== undefined)
  if (params.length > 0) {
    blocks.push({
      form: 'list',
      title: 'Arguments',
      items: params.map((param) => ({ term: param.name.toUpperCase(), text: phrase(param.summary!) })),
    })
  }
  if (signature.flags.length > 0) {
    blocks.push({ form: 'list', title: 'Flags', items: signature.flags.map(flagItem) })
  }
  const options = commands?.options(signature.name) ?? []
  if (options.length > 0) {
    const items = options.map(({ kind, option }) => ({
      term: optionTerm(option),
      text: `${phrase(option.summary)} (${kind})`,
    }))
    blocks.push({ form: 'list', title: 'Options of kinds', items })
  }
  blocks.push({ form: 'text', title: 'Output', paragraphs: [outputText(signature.output)] })
  if (signature.examples.length > 0) {
    blocks.push({
      form: 'examples',
      title: 'Examples',
      items: signature.examples.map((example) => ({ term: example.line, text: example.note })),
    })
  }
  const statuses = [0, ...signature.exits.filter((status) => status !== 0)]
  blocks.push({
    form: 'list',
    title: 'Exit status',
    items: statuses.map((status) => ({ term: String(status), text: exitMeaning(status) })),
  })
  blocks.push({ form: 'text', paragraphs: ['Common flags: help flags. References: help references.'] })
  return { name: signature.name, summary, blocks }
}

const groups: readonly (readonly [Signature['group'], string])[] = [
  ['browse', 'Look'],
  ['move', 'Move'],
  ['change', 'Change'],
  ['trust', 'Trust'],
  ['session', 'Session'],
  ['local', 'This machine'],
  ['kind', 'Commands of kinds'],
  ['verb', 'Rows (after |)'],
]

/** The overview that `help` alone shows. */
export function renderOverview(commands: Commands): HelpDocument {
  const blocks: HelpBlock[] = [
    {
      form: 'code',
      title: 'Usage',
      lines: [
        'ocish COMMAND [ARGUMENTS] [FLAGS]',
        "ocish -c 'tags app | sort -V tag | last 3'",
        'ocish -f SCRIPT [ARGUMENTS]',
      ],
    },
  ]
  for (const [group, title] of groups) {
    const items = commands.signatures
      .filter((signature) => signature.group === group)
      .map((signature) => ({ term: signature.name, text: phrase(signature.summary) }))
    if (items.length > 0) blocks.push({ form: 'list', title, items })
  }
  blocks.push({
    form: 'list',
    title: 'Topics',
    items: topics.map((topic) => ({ term: `help ${topic.name}`, text: topic.summary })),
  })
  return { name: 'ocish', summary: 'the OCI shell: look at, move and change what registries hold', blocks }
}

/** Help for a command or a topic; undefined for a word that is neither. No words: the overview. */
export function helpFor(words: readonly string[], commands: Commands): HelpDocument | undefined {
  const name = words.join(' ')
  if (name === '') return renderOverview(commands)
  if (name === 'topics') return topicList()
  if (name === 'flags') return flagsDocument()
  const signature = commands.find(name)
  if (signature !== undefined) return renderHelp(signature, commands)
  const topic = topics.find((entry) => entry.name === name)
  return topic ?? familyDocument(name, commands) ?? errorHelp(name)
}

function topicList(): HelpDocument {
  const items = topics.map((topic) => ({ term: topic.name, text: topic.summary }))
  return {
    name: 'topics',
    summary: 'what help knows besides commands',
    blocks: [{ form: 'list', title: 'Topics', items }],
  }
}

function flagsDocument(): HelpDocument {
  return {
    name: 'flags',
    summary: 'flags that every command takes',
    blocks: [{ form: 'list', title: 'Common flags', items: commonFlags.map(flagItem) }],
  }
}

/** `help cache`: the commands of that first word. */
function familyDocument(name: string, commands: Commands): HelpDocument | undefined {
  const items = commands.signatures
    .filter((signature) => signature.name.startsWith(`${name} `))
    .map((signature) => ({ term: signature.name, text: phrase(signature.summary) }))
  return items.length === 0
    ? undefined
    : { name, summary: `commands of ${name}`, blocks: [{ form: 'list', title: 'Commands', items }] }
}

function flagItem(flag: Flag): HelpItem {
  const short = flag.short === undefined ? '' : `-${flag.short}, `
  const notes = [
    ...(flag.enum === undefined ? [] : [`one of ${flag.enum.join(', ')}`]),
    ...(flag.default === undefined ? [] : [`default ${plain(flag.default)}`]),
    ...(flag.many === true && flag.type !== 'bool' ? ['repeatable'] : []),
    ...(flag.positional === true ? ['for the arguments after it'] : []),
  ]
  const value = flag.type === 'bool' ? '' : ` ${flag.placeholder ?? flag.type.toUpperCase()}`
  return {
    term: `${short}--${flag.name}${value}`,
    text: notes.length === 0 ? phrase(flag.summary) : `${phrase(flag.summary)} (${notes.join('; ')})`,
  }
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function optionTerm(option: KindOption): string {
  return `--${option.name}${option.type === 'bool' ? '' : ` ${option.type.toUpperCase()}`}`
}

function outputText(output: Output): string {
  if (output.form === 'bytes') return 'Bytes, exactly as stored.'
  if (output.form === 'none') return 'Nothing.'
  const orBytes =
    output.bytesTo === undefined
      ? '.'
      : `; the archive's bytes where ${output.bytesTo.toUpperCase()} is a dash.`
  if (output.form === 'value') return `One value: ${output.type}${orBytes}`
  const types = Array.isArray(output.row) ? output.row : [output.row]
  const rows = types.map((type) =>
    type.columns.length === 0
      ? 'the rows that came in'
      : `${type.name} { ${type.columns.map((column: { name: string; lazy?: boolean }) => column.name + (column.lazy === true ? '?' : '')).join(', ')} }`,
  )
  return `Rows: ${rows.join(', or ')}${orBytes}`
}
