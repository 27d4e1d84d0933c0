import type { Platform } from '@ocish/sdk'
import type { Flag, Signature } from './signature.ts'

/** The forms `-o` and `to` write. */
export const outputFormats: readonly OutputFormat[] = [
  'table',
  'json',
  'ndjson',
  'yaml',
  'tsv',
  'csv',
  'tree',
  'md',
]

/** What `-o` takes. */
export type OutputFormat = 'table' | 'json' | 'ndjson' | 'yaml' | 'tsv' | 'csv' | 'tree' | 'md'

/** The answers of the common flags, typed; what was not given and has no default is absent. */
export interface CommonFlags {
  readonly output?: OutputFormat
  readonly columns?: readonly string[]
  readonly platform?: Platform
  readonly limit?: number
  /** Milliseconds. */
  readonly timeout?: number
  readonly offline: boolean
  readonly dryRun: boolean
  readonly yes: boolean
  readonly quiet: boolean
  /** Absent: `auto`. */
  readonly progress?: 'auto' | 'json' | 'none'
  /** Milliseconds. */
  readonly maxWait?: number
  /** How often `-v` was given. */
  readonly verbose: number
  readonly errors?: 'fancy' | 'plain' | 'json'
  readonly noCache: boolean
  readonly plainHttp: boolean
  readonly insecure: boolean
  /** `Name: value` lines. */
  readonly header: readonly string[]
  readonly caFile?: string
  readonly cert?: string
  readonly key?: string
  /** `HOST:PORT:ADDRESS`. */
  readonly resolve: readonly string[]
  readonly concurrency?: number
  readonly trace: boolean
  readonly config?: string
  readonly color: 'auto' | 'always' | 'never'
  readonly ascii: boolean
  readonly help: boolean
  readonly as?: string
}

/** The one table of reserved flags: every command takes them, and no command gives their names another meaning. */
export const commonFlags: readonly Flag[] = [
  {
    name: 'output',
    short: 'o',
    type: 'string',
    enum: outputFormats,
    placeholder: 'FORMAT',
    summary: 'form of the output',
  },
  { name: 'columns', type: 'string', placeholder: 'A,B', summary: 'columns to show, in this order' },
  { name: 'platform', type: 'platform', placeholder: 'OS/ARCH[/V]', summary: 'entry of an index to take' },
  { name: 'limit', type: 'int', min: 0, placeholder: 'N', summary: 'rows at most' },
  { name: 'as', type: 'kind', placeholder: 'KIND', summary: 'treat it as this kind' },
  { name: 'dry-run', type: 'bool', summary: 'show what would be changed, change nothing' },
  { name: 'yes', short: 'y', type: 'bool', summary: 'answer confirmations with yes' },
  { name: 'offline', type: 'bool', summary: 'no network: cache and local files only' },
  { name: 'no-cache', type: 'bool', summary: 'ask the registry even for what is known' },
  { name: 'timeout', type: 'duration', placeholder: 'TIME', summary: 'stop after this long, exit 124' },
  {
    name: 'max-wait',
    type: 'duration',
    placeholder: 'TIME',
    summary: 'longest pause that a registry may ask for; default 2m',
  },
  {
    name: 'concurrency',
    type: 'int',
    min: 1,
    placeholder: 'N',
    summary: 'requests at a time for one registry',
  },
  { name: 'plain-http', type: 'bool', summary: 'talk http to registries named on this line' },
  { name: 'insecure', type: 'bool', summary: 'accept any TLS certificate' },
  { name: 'ca-file', type: 'path', placeholder: 'FILE', summary: 'certificate authority to trust' },
  { name: 'cert', type: 'path', placeholder: 'FILE', summary: 'client certificate' },
  { name: 'key', type: 'path', placeholder: 'FILE', summary: 'key of the client certificate' },
  {
    name: 'header',
    type: 'string',
    many: true,
    placeholder: "'NAME: VALUE'",
    summary: 'header for the named registry',
  },
  {
    name: 'resolve',
    type: 'string',
    many: true,
    placeholder: 'HOST:PORT:ADDRESS',
    summary: 'connect to this address',
  },
  {
    name: 'progress',
    type: 'string',
    enum: ['auto', 'json', 'none'],
    summary: 'how transfers are shown; auto: bars on a terminal, else nothing',
  },
  { name: 'quiet', short: 'q', type: 'bool', summary: 'no progress, no notes' },
  { name: 'verbose', short: 'v', type: 'bool', many: true, summary: 'say more; repeatable' },
  { name: 'trace', type: 'bool', summary: 'show requests and answers, without secrets' },
  {
    name: 'errors',
    type: 'string',
    enum: ['fancy', 'plain', 'json'],
    placeholder: 'FORM',
    summary: 'form of error reports',
  },
  {
    name: 'color',
    type: 'string',
    enum: ['auto', 'always', 'never'],
    default: 'auto',
    placeholder: 'WHEN',
    summary: 'colours',
  },
  { name: 'ascii', type: 'bool', summary: 'no characters beyond ASCII in layouts' },
  { name: 'config', type: 'path', placeholder: 'FILE', summary: 'configuration to read' },
  { name: 'help', short: 'h', type: 'bool', summary: 'help for the command' },
]

/** Artifacts have a configuration too: a command that declares this flag means that one, in a form of its own. */
const artifactConfig = 'config'

/**
 * What is wrong with a signature's flags, in sentences; empty when nothing is. A command may repeat a reserved flag
 * (to document it) only with the same type, and uses no short letter twice.
 */
export function flagConflicts(signature: Signature): string[] {
  const problems: string[] = []
  const names = new Set<string>()
  const shorts = new Map<string, string>()
  for (const flag of signature.flags) {
    if (names.has(flag.name)) problems.push(`${signature.name}: flag --${flag.name} is declared twice`)
    names.add(flag.name)
    if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(flag.name)) {
      problems.push(`${signature.name}: flag --${flag.name} is not kebab-case`)
    }
    const common = commonFlags.find((entry) => entry.name === flag.name)
    if (common !== undefined && common.type !== flag.type && flag.name !== artifactConfig) {
      problems.push(`${signature.name}: --${flag.name} is reserved as ${common.type}`)
    }
    if (flag.short === undefined) continue
    if (shorts.has(flag.short)) problems.push(`${signature.name}: -${flag.short} is declared twice`)
    shorts.set(flag.short, flag.name)
    const taken = commonFlags.find((entry) => entry.short === flag.short && entry.name !== flag.name)
    if (taken !== undefined)
      problems.push(`${signature.name}: -${flag.short} is reserved for --${taken.name}`)
  }
  return problems
}

/** The typed view of a call's flags. */
export function commonOf(flags: Readonly<Record<string, unknown>>): CommonFlags {
  const one = <K extends keyof CommonFlags>(key: K, name: string): Pick<CommonFlags, K> | object =>
    flags[name] === undefined ? {} : { [key]: flags[name] }
  const columns = flags['columns']
  return {
    ...one('output', 'output'),
    ...(typeof columns === 'string' ? { columns: columns.split(',').filter((name) => name !== '') } : {}),
    ...onePlatform(flags['platform']),
    ...one('limit', 'limit'),
    ...one('timeout', 'timeout'),
    ...one('maxWait', 'max-wait'),
    ...one('progress', 'progress'),
    ...one('errors', 'errors'),
    ...one('caFile', 'ca-file'),
    ...one('cert', 'cert'),
    ...one('key', 'key'),
    ...one('concurrency', 'concurrency'),
    ...one('config', 'config'),
    ...one('as', 'as'),
    offline: flags['offline'] === true,
    dryRun: flags['dry-run'] === true,
    yes: flags['yes'] === true,
    quiet: flags['quiet'] === true,
    verbose: typeof flags['verbose'] === 'number' ? flags['verbose'] : 0,
    noCache: flags['no-cache'] === true,
    plainHttp: flags['plain-http'] === true,
    insecure: flags['insecure'] === true,
    header: texts(flags['header']),
    resolve: texts(flags['resolve']),
    trace: flags['trace'] === true,
    color: flags['color'] === 'always' || flags['color'] === 'never' ? flags['color'] : 'auto',
    ascii: flags['ascii'] === true,
    help: flags['help'] === true,
  }
}

/** A command that takes several reads them itself; what one platform means holds for one alone. */
function onePlatform(value: unknown): Pick<CommonFlags, 'platform'> {
  const all = (Array.isArray(value) ? value : [value]) as readonly (Platform | undefined)[]
  const [only] = all
  return only === undefined || all.length > 1 ? {} : { platform: only }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}
