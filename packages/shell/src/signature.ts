/** A command as data: from it come binding, help, completion, man pages, confirmation and the conformance tests. */

/** `ref`: a reference, a glob over remote names or a relative one; `location`: whatever can hold artifacts; `path`: a local path. */
export type ParamType =
  | 'string'
  | 'int'
  | 'bool'
  | 'size'
  | 'duration'
  | 'ref'
  | 'location'
  | 'path'
  | 'digest'
  | 'platform'
  | 'mediatype'
  | 'host'
  | 'kind'
  | 'keyvalue'
  | 'command'
  | 'field'

/** A parameter of a command, by its place in the line. */
export interface Param {
  readonly name: string
  readonly type: ParamType
  readonly summary?: string
  readonly optional?: boolean
  /** Takes all that is left; only on one parameter, and parameters after it are filled from the end (`cp SRC… DST`). */
  readonly many?: boolean
  readonly enum?: readonly string[]
  /** The least of an `int`. */
  readonly min?: number
  readonly default?: unknown
}

/** A flag of a command. */
export interface Flag {
  /** Long and kebab-case, without dashes. */
  readonly name: string
  /** One letter, without the dash. */
  readonly short?: string
  readonly type: ParamType
  readonly summary: string
  readonly many?: boolean
  readonly enum?: readonly string[]
  /** The least of an `int`. */
  readonly min?: number
  readonly default?: unknown
  /** Shown in help in place of the type. */
  readonly placeholder?: string
  /** `--password-stdin`: never shown in traces, history or plans. */
  readonly secret?: boolean
  /**
   * Applies to the arguments after it and may be repeated between them (`push --type T a --type U b`). A call then has
   * a list aligned with the values of the `many` parameter (undefined where none applies), else with the first one.
   */
  readonly positional?: boolean
  /** The value is a program that runs later, with what it is about as `$it`: a block behind the flag is one too. */
  readonly line?: boolean
}

/** What the values of a column are: decides how they are aligned, shown, compared and completed. */
export type ColumnType =
  | 'string'
  | 'int'
  | 'bool'
  | 'bytes'
  | 'size'
  | 'duration'
  | 'time'
  | 'digest'
  | 'ref'
  | 'mediatype'
  | 'list'
  | 'record'

/** A column of the rows that a command gives. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
  /** Costs requests: a command fills it only when `call.columns` has it. */
  readonly lazy?: boolean
  /** Not in the default table. */
  readonly hidden?: boolean
}

/** A row type: a stable contract of `-o json`, extended only by addition. */
export interface RowType {
  readonly name: string
  readonly columns: readonly Column[]
  /** The column that stands for the row where a reference is wanted. */
  readonly reference?: string
  /**
   * The columns that a tree display nests by (`depth`) and draws (`label`). On a terminal siblings whose column `relation`
   * says `group` stand together, without that word at the beginning of their labels.
   */
  readonly tree?: {
    readonly depth: string
    readonly label: string
    readonly relation?: string
    readonly group?: string
  }
}

/** What a command gives: rows, one value, bytes, or nothing. */
export type Output =
  | ({ readonly form: 'rows'; readonly row: RowType | readonly RowType[] } & BytesTo)
  | ({ readonly form: 'value'; readonly type: ColumnType | 'Description' | 'Pushed' | 'text' } & BytesTo)
  | { readonly form: 'bytes' }
  | { readonly form: 'none' }

/** Of a command that writes to a location. */
interface BytesTo {
  /** The parameter that, as `-`, makes the command give bytes in place of what it tells (`cp a -`). */
  readonly bytesTo?: string
}

/** A line that can be typed, and what it is good for. */
export interface Example {
  readonly line: string
  readonly note: string
}

/** Read, write a registry, destroy, local only. */
export type Effect = 'R' | 'W' | 'D' | 'L'

/** A command as data: what it takes, gives and does. Help, completion and checks are made of it (shell.md 3). */
export interface Signature {
  /** One or two words (`tags`, `manifest put`). */
  readonly name: string
  readonly aliases?: readonly string[]
  readonly summary: string
  /** Paragraphs of plain text. */
  readonly description?: string
  readonly params: readonly Param[]
  readonly flags: readonly Flag[]
  /** What it takes from a pipe. */
  readonly input: 'none' | 'rows' | 'bytes'
  readonly output: Output
  readonly effect: Effect
  readonly examples: readonly Example[]
  /** The statuses a caller should expect besides 0. */
  readonly exits: readonly number[]
  /** Version that brought it. */
  readonly since: string
  /** Section of the overview. */
  readonly group: 'browse' | 'move' | 'change' | 'trust' | 'session' | 'local' | 'kind' | 'verb'
}
