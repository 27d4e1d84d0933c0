import { homedir } from 'node:os'
import {
  bind,
  commonFlags,
  type FlagTarget,
  fromArgv,
  type ParamType,
  type Signature,
  type Site,
  siteAt,
} from '@ocish/shell'
import { allKinds, createSession, pathsFrom, type Session } from '@ocish/host'
import { commandTable } from './command-table.ts'

/** How the shell goes on after a candidate: `file` asks it to complete names of files itself. */
type CompletionMode = 'word' | 'open' | 'file'

interface Completion {
  readonly mode: CompletionMode
  readonly items: readonly Candidate[]
}

interface Candidate {
  readonly value: string
  readonly note?: string
}

/** Milliseconds; what is there by then is shown. */
const budget = 300
const shownAtMost = 200
/** Seconds for which a list that was fetched is completed from without asking. */
const freshFor = 600

/**
 * What could stand at the end of these words (`ocish completion`). From what is known and one list of the registry at
 * most; nobody is asked anything, and no failure is told.
 */
async function completionFor(words: readonly string[], version: string): Promise<Completion> {
  const kinds = allKinds(pathsFrom(process.env, homedir()))
  const commands = commandTable(kinds)
  const parsed = fromArgv(words)
  const site = siteAt(bind(parsed, commands, { input: true }), parsed.source.text.length)
  const last = words.at(-1) ?? ''
  const names = commands.signatures.filter((signature) => signature.group !== 'verb')
  if (site.kind === 'command' || words.length <= 1) return commandNames(names, words)
  if (site.kind === 'flag') return flagNames(site.signature, last)
  const wanted = wantedAt(site)
  if (wanted === undefined) return { mode: 'word', items: [] }
  const prefix =
    site.kind === 'flag-value' && last.startsWith('--') ? last.slice(last.indexOf('=') + 1) : last
  const stem = last.slice(0, last.length - prefix.length)
  if (wanted.values !== undefined) return matching(stem, wanted.values, prefix)
  if (wanted.type === 'kind') return matching(stem, commands.kinds ?? [], prefix)
  if (wanted.type === 'command') return commandNames(commands.signatures, [prefix])
  if (wanted.type === 'path' || /^(?:\.|\/|~)/.test(prefix)) return { mode: 'file', items: [] }
  if (wanted.type !== 'ref' && wanted.type !== 'location' && wanted.type !== 'host')
    return { mode: 'word', items: [] }
  const signal = AbortSignal.timeout(budgetOf(process.env['OCISH_COMPLETION_MS']))
  await using session = await quietSession(version, signal)
  const { type } = wanted
  const found = await references(prefix, type, session, signal)
  // A source may be a file as well.
  return found.items.length === 0 && wanted.files && !prefix.includes(':')
    ? { mode: 'file', items: [] }
    : withStem(stem, found)
}

/** A slow machine or line may be given more. */
function budgetOf(given: string | undefined): number {
  const milliseconds = Number(given)
  return milliseconds > 0 && milliseconds < 60_000 ? Math.ceil(milliseconds) : budget
}

interface Wanted {
  readonly type: ParamType
  readonly values?: readonly string[]
  /** Names of files are taken too. */
  readonly files: boolean
}

function wantedAt(site: Site): Wanted | undefined {
  const target: Pick<FlagTarget, 'type' | 'enum'> | undefined =
    site.kind === 'flag-value' ? site.flag : site.kind === 'argument' ? site.param : undefined
  if (target === undefined) return undefined
  const files = target.type === 'location' || target.type === 'ref'
  return { type: target.type, files, ...(target.enum === undefined ? {} : { values: target.enum }) }
}

/** The next word of each name that begins like this; `cache` for `cache ls`. */
function commandNames(signatures: readonly Signature[], words: readonly string[]): Completion {
  const last = words.at(-1) ?? ''
  const before = words.slice(0, -1).join(' ')
  const items = new Map<string, Candidate>()
  for (const { name, summary } of signatures) {
    if (before !== '' && !name.startsWith(`${before} `)) continue
    const [next = '', ...more] = (before === '' ? name : name.slice(before.length + 1)).split(' ')
    if (!next.startsWith(last)) continue
    items.set(next, more.length > 0 ? { value: next } : { value: next, note: summary })
  }
  return { mode: 'word', items: [...items.values()] }
}

function flagNames(signature: Signature, prefix: string): Completion {
  const all = [
    ...signature.flags,
    ...commonFlags.filter((flag) => !signature.flags.some((own) => own.name === flag.name)),
  ]
  const items = all
    .map(({ name, summary }) => ({ value: `--${name}`, note: summary }))
    .filter(({ value }) => value.startsWith(prefix))
  return { mode: 'word', items }
}

function matching(stem: string, values: readonly string[], prefix: string): Completion {
  const items = values
    .filter((value) => value.startsWith(prefix))
    .map((value) => ({ value: `${stem}${value}` }))
  return { mode: 'word', items }
}

function withStem(stem: string, { mode, items }: Completion): Completion {
  return { mode, items: items.map((item) => ({ ...item, value: `${stem}${item.value}` })) }
}

async function quietSession(version: string, signal: AbortSignal): Promise<Session> {
  const home = homedir()
  return createSession({
    version,
    cwd: process.cwd(),
    env: process.env,
    home,
    paths: pathsFrom(process.env, home),
    freshFor,
    signal,
  })
}

/** In stages, so that no list is huge: the registry, its repositories, and after `:` the tags. */
async function references(
  prefix: string,
  type: ParamType,
  session: Session,
  signal: AbortSignal,
): Promise<Completion> {
  const slash = prefix.indexOf('/')
  if (slash < 0) {
    const hosts = (await session.registries().catch(() => [])).map(({ host }) => host)
    const names = [...hosts, ...aliasesOf(session)].filter((name) => name.startsWith(prefix))
    const items = names.map((name) => ({ value: type === 'host' ? name : `${name}/` }))
    return { mode: type === 'host' ? 'word' : 'open', items }
  }
  const colon = prefix.indexOf(':', slash)
  return colon < 0
    ? repositories(prefix, session, signal)
    : tags(prefix.slice(0, colon), prefix.slice(colon + 1), session, signal)
}

function aliasesOf(session: Session): readonly string[] {
  return [...session.config.registries.values()].flatMap(({ alias }) => alias ?? [])
}

async function repositories(prefix: string, session: Session, signal: AbortSignal): Promise<Completion> {
  const namespace = prefix.slice(0, prefix.lastIndexOf('/'))
  const items: Candidate[] = []
  try {
    const host = namespace.split('/', 1)[0]!
    const opened = await session.openRegistry(host)
    const root = `${host}/`
    const skipped = opened.prefix === '' ? '' : `${opened.prefix.replace(/\/$/, '')}/`
    const take = firstPage()
    for await (const name of opened.registry.repositories({ signal, onPage: take.onPage })) {
      const value = `${root}${name.startsWith(skipped) ? name.slice(skipped.length) : name}`
      if (name.startsWith(skipped) && value.startsWith(prefix)) items.push({ value })
      if (take.isLast() || items.length === shownAtMost) break
    }
  } catch {
    // What cannot be listed is typed.
  }
  return { mode: 'open', items: items.filter(isPlain) }
}

async function tags(
  name: string,
  prefix: string,
  session: Session,
  signal: AbortSignal,
): Promise<Completion> {
  const items: Candidate[] = []
  try {
    const { registry, repository } = await session.open(name, 'read')
    const take = firstPage()
    for await (const tag of registry.tags(repository, { signal, onPage: take.onPage })) {
      if (tag.startsWith(prefix)) items.push({ value: `${name}:${tag}` })
      if (take.isLast() || items.length === shownAtMost) break
    }
  } catch {
    // As above.
  }
  return { mode: 'word', items: items.filter(isPlain) }
}

/**
 * Stops at the end of a first page that looks full (a round number): the next one would be another request. A list that
 * is read to its end is kept, and completed from without asking.
 */
function firstPage(): {
  readonly onPage: (page: { readonly count: number }) => void
  readonly isLast: () => boolean
} {
  let count: number | undefined
  let seen = 0
  return {
    onPage: (page) => void (count ??= page.count),
    isLast: () => {
      seen += 1
      return count !== undefined && count > 0 && count % 10 === 0 && seen >= count
    },
  }
}

/** What a registry says goes into somebody's command line: nothing that a terminal or a shell could act on. */
function isPlain({ value }: Candidate): boolean {
  return /^[\w./:@+-]+$/.test(value)
}

/** `MODE`, then `VALUE<TAB>NOTE` lines: what the stubs read. */
function completionText({ mode, items }: Completion): string {
  const lines = items.map(({ value, note }) => (note === undefined ? value : `${value}\t${note}`))
  return `${[mode, ...lines].join('\n')}\n`
}

/** The answer to a stub; whatever goes wrong, a command line is no place to say it. */
export async function answerCompletion(words: readonly string[], version: string): Promise<string> {
  const given = words[0] === '--' ? words.slice(1) : words
  return completionText(
    await completionFor(given, version).catch((): Completion => ({ mode: 'word', items: [] })),
  )
}
