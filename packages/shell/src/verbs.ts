import type { Output, Param, RowType, Signature } from './signature.ts'

/** Rows whose columns are known only from what flows in. */
export const anyRow: RowType = { name: 'Row', columns: [] }

const rows: Output = { form: 'rows', row: anyRow }

const field: Param = { name: 'field', type: 'field', summary: 'a column, or a path in it' }

interface Verb {
  readonly name: string
  readonly summary: string
  readonly params: readonly Param[]
  readonly flags?: Signature['flags']
  readonly input?: Signature['input']
  readonly output?: Output
  readonly effect?: Signature['effect']
  readonly examples: Signature['examples']
}

function verb(parts: Verb): Signature {
  return {
    flags: [],
    input: 'rows',
    output: rows,
    effect: 'R',
    exits: [],
    since: '0.1',
    group: 'verb',
    ...parts,
  }
}

/** The language's own words for rows: a closed set (shell.md §2.4). */
export const verbs: readonly Signature[] = [
  verb({
    name: 'where',
    summary: 'keep the rows that fit a condition',
    params: [{ name: 'expression', type: 'string' }],
    examples: [{ line: "tags app | where tag matches '^v1'", note: 'tags that begin with v1' }],
  }),
  verb({
    name: 'select',
    summary: 'keep columns, in this order; name=field renames',
    params: [{ ...field, many: true }],
    examples: [{ line: 'tags app | select tag size', note: 'two columns' }],
  }),
  verb({
    name: 'sort',
    summary: 'order rows by columns, values by themselves; stable',
    params: [{ ...field, many: true, optional: true }],
    flags: [
      { name: 'reverse', short: 'r', type: 'bool', summary: 'largest first' },
      { name: 'version', short: 'V', type: 'bool', summary: 'compare as versions' },
    ],
    examples: [{ line: 'tags app | sort -V tag | last 3', note: 'the three newest versions' }],
  }),
  verb({
    name: 'first',
    summary: 'keep the first rows and stop reading',
    params: [{ name: 'count', type: 'int', min: 0, default: 1 }],
    examples: [{ line: 'tags app | first 5', note: 'five rows' }],
  }),
  verb({
    name: 'last',
    summary: 'keep the last rows',
    params: [{ name: 'count', type: 'int', min: 0, default: 1 }],
    examples: [{ line: 'tags app | last 5', note: 'five rows' }],
  }),
  verb({
    name: 'get',
    summary: 'the value of one field, of each row',
    params: [field],
    examples: [{ line: 'tags app | get tag', note: 'names only' }],
  }),
  verb({
    name: 'each',
    summary: 'run a block for each row, as $it',
    params: [],
    flags: [
      {
        name: 'parallel',
        type: 'int',
        min: 1,
        placeholder: 'N',
        summary: 'rows at a time; output stays in order',
      },
      { name: 'keep-going', type: 'bool', summary: 'continue after a failed row, exit 10 at the end' },
    ],
    examples: [{ line: 'tags app | each { cp $it backup/ }', note: 'copy every tag' }],
  }),
  verb({
    name: 'group',
    summary: 'one row {key, count, rows} per value of a field',
    params: [field],
    examples: [{ line: 'tags app | group kind', note: 'how many of each kind' }],
  }),
  verb({
    name: 'count',
    summary: 'the number of rows',
    params: [],
    output: { form: 'value', type: 'int' },
    examples: [{ line: 'tags app | count', note: 'how many tags' }],
  }),
  verb({
    name: 'uniq',
    summary: 'drop rows seen before, or whose field was seen before',
    params: [{ ...field, optional: true }],
    examples: [{ line: 'tags app | uniq digest', note: 'one tag per manifest' }],
  }),
  verb({
    name: 'flatten',
    summary: 'one row per element of a list',
    params: [field],
    examples: [{ line: 'tags app | flatten platforms', note: 'one row per platform' }],
  }),
  verb({
    name: 'to',
    summary: 'rows or a value as text',
    params: [
      {
        name: 'format',
        type: 'string',
        enum: ['json', 'ndjson', 'yaml', 'csv', 'tsv', 'table', 'tree', 'md'],
      },
    ],
    output: { form: 'bytes' },
    examples: [{ line: 'tags app | to json > tags.json', note: 'for another program' }],
  }),
  verb({
    name: 'from',
    summary: 'text as rows or a value',
    params: [{ name: 'format', type: 'string', enum: ['json', 'ndjson', 'yaml', 'csv', 'lines'] }],
    input: 'bytes',
    examples: [
      { line: 'config app:1.0 | from json | get architecture', note: 'one field of a configuration' },
    ],
  }),
  verb({
    name: 'save',
    summary: 'write a file and pass everything on',
    params: [{ name: 'file', type: 'path' }],
    effect: 'L',
    examples: [{ line: 'tags app | save tags.ndjson | count', note: 'keep the rows and count them' }],
  }),
  verb({
    name: 'view',
    summary: 'scroll and filter rows in the terminal',
    params: [],
    effect: 'L',
    examples: [{ line: 'tags app | view', note: 'browse a long list' }],
  }),
]

/** Names kept for commands of later versions: no command, plugin or alias takes one. */
const reserved: ReadonlySet<string> = new Set(['annotate', 'index', 'sign', 'verify'])

/** True for a name that has no meaning yet and will get one. */
export function isReserved(name: string): boolean {
  return reserved.has(name)
}

const ofSession: ReadonlySet<string> = new Set([
  'browse',
  'cd',
  'history',
  'jobs',
  'kill',
  'pwd',
  'resume',
  'tutorial',
  'wait',
])

/** True for a command that needs a session: a place to be in, jobs, a screen. */
export function isOfSession(name: string): boolean {
  return ofSession.has(name)
}

const names = new Set(verbs.map((signature) => signature.name))

/** True for a word of the language itself, as against a command. */
export function isVerb(name: string): boolean {
  return names.has(name)
}
