// index.d.mts
import { A as SourceText, B as RowType, C as Commands, D as kindSignature, E as createCommands, F as Example, I as Flag, L as Output, M as Column, N as ColumnType, O as Diagnostic, P as Effect, R as Param, S as renderOverview, T as DeclaredOption, V as Signature, _ as HelpDocument, b as helpFor, g as HelpBlock, h as toProblem, j as errorOf, k as Replacement, m as ProblemHint, p as Problem, t as Look, v as HelpItem, w as CommandsOptions, x as renderHelp, y as exitMeaning, z as ParamType } from "./theme.mjs";
import { Bytes, OcishError, Platform, Span } from "@ocish/sdk";
/** The forms `-o` and `to` write. */
declare const outputFormats: readonly OutputFormat[];
/** What `-o` takes. */
type OutputFormat = "table" | "json" | "ndjson" | "yaml" | "tsv" | "csv" | "tree" | "md";
/** The answers of the common flags, typed; what was not given and has no default is absent. */
interface CommonFlags {
  readonly output?: OutputFormat;
  readonly columns?: readonly string[];
  readonly platform?: Platform;
  readonly limit?: number;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly offline: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly quiet: boolean;
  /** Absent: `auto`. */
  readonly progress?: "auto" | "json" | "none";
  /** Milliseconds. */
  readonly maxWait?: number;
  /** How often `-v` was given. */
  readonly verbose: number;
  readonly errors?: "fancy" | "plain" | "json";
  readonly noCache: boolean;
  readonly plainHttp: boolean;
  readonly insecure: boolean;
  /** `Name: value` lines. */
  readonly header: readonly string[];
  readonly caFile?: string;
  readonly cert?: string;
  readonly key?: string;
  /** `HOST:PORT:ADDRESS`. */
  readonly resolve: readonly string[];
  readonly concurrency?: number;
  readonly trace: boolean;
  readonly config?: string;
  readonly color: "auto" | "always" | "never";
  readonly ascii: boolean;
  readonly help: boolean;
  readonly as?: string;
}
/** The one table of reserved flags: every command takes them, and no command gives their names another meaning. */
declare const commonFlags: readonly Flag[];
/**
 * What is wrong with a signature's flags, in sentences; empty when nothing is. A command may repeat a reserved flag
 * (to document it) only with the same type, and uses no short letter twice.
 */
declare function flagConflicts(signature: Signature): string[];
/** A flag that was found: the command's own, a common one, or an option that kinds declare. */
interface FlagTarget extends Flag {
  readonly origin: "command" | "common" | "kind";
  /** The kinds that declare it. */
  readonly kinds?: readonly string[];
  /** The same name as other kinds declare it, with a value or without one: the words decide which is meant. */
  readonly otherForms?: readonly FlagTarget[];
}
/** One word of a call as the binder sees it. */
interface CallWord extends Span {
  /** Absent: known only when the program runs (an expansion). */
  readonly text?: string;
  /** The word as a path, where that is another text: `annotations."a.b"` keeps the quotes of its step. */
  readonly path?: string;
  /** The literal beginning of a word whose text is not known. */
  readonly prefix?: string;
  /** It may be a flag: its first character was written bare. */
  readonly bare: boolean;
  /** It holds an unquoted `*` or `?`. */
  readonly pattern?: boolean;
  /** `...$x`: any number of words. */
  readonly spread?: boolean;
  /** It came through argv, where operators are plain text. */
  readonly argv?: boolean;
}
/** What became of one word (or of a flag and its value). */
type BoundItem = (Span & {
  readonly kind: "argument";
  readonly param: Param;
  readonly word: number;
  readonly text?: string;
  readonly pattern: boolean;
}) | (Span & {
  readonly kind: "flag";
  readonly flag: FlagTarget;
  readonly word: number;
  readonly text?: string;
  readonly negated: boolean;
}) | (Span & {
  readonly kind: "separator";
  readonly word: number;
});
/** A call whose words have their meaning: what runs, what is printed, what help and completion look at. */
interface BoundCall {
  readonly signature: Signature;
  /** By parameter name; `many` gives arrays; defaults are filled in. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The command's own and the common flags, by name; defaults are filled in. A `positional` flag: see `Flag`. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Options of kinds, by name. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The kinds that declare each option given: one of them has to be the kind in question. */
  readonly optionKinds: Readonly<Record<string, readonly string[]>>;
  readonly common: CommonFlags;
  readonly items: readonly BoundItem[];
  /** The first argument would make another command of the name: `manifest -- put`. */
  readonly parted?: true;
  readonly source: SourceText;
}
/** `call` is absent when no command was found; it is complete when there are no diagnostics. */
interface BindResult {
  readonly call?: BoundCall;
  readonly diagnostics: readonly Diagnostic[];
}
/** `cp SRC… DST`: the command's line with its parameters, without flags. */
declare function usageLine(signature: Signature): string;
/**
 * Binds the arguments of the process: command, flags, typed values, defaults. `--version` and `--help` alone are the
 * commands of that name; nothing at all is `help`. With `--help` the arguments are not checked.
 * Errors: USAGE_UNKNOWN_COMMAND, USAGE_UNKNOWN_FLAG, USAGE_MISSING_ARGUMENT, USAGE_TOO_MANY_ARGUMENTS,
 * USAGE_INVALID_VALUE, USAGE_CONFLICT, KIND_UNKNOWN, KIND_OPTION_UNSUPPORTED; `details.source` is the re-quoted line.
 */
declare function bindArgv(words: readonly string[], commands: Commands): BoundCall;
/** A bound call: every value has its type, defaults are filled in. */
interface Call {
  /** By parameter name; `many` gives arrays. */
  readonly args: Readonly<Record<string, unknown>>;
  /** By flag name, kebab-case; absent flags without default are absent. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Options that kinds declare, by name. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The columns somebody downstream reads; absent: all that are not lazy. */
  readonly columns?: ReadonlySet<string>;
  /** Nobody reads more rows than this; absent: not known. */
  readonly limit?: number;
  /** What a pipe, a redirect or standard input brings. */
  readonly input?: {
    readonly rows?: AsyncIterable<Row>;
    readonly bytes?: Bytes;
  };
  readonly signal: AbortSignal;
}
/** A row between commands: columns by name. Columns that no signature knows pass through. */
type Row = Readonly<Record<string, unknown>>;
/** `exit`: a status other than 0 for an answer that is no failure (1 negative, 10 partial). */
interface Outcome {
  readonly exit: number;
}
/** Rows, exactly one value, or `Uint8Array` chunks, as the signature's output says. */
type CommandStream = AsyncGenerator<unknown, Outcome | void>;
/** A command: its signature, and what it does. It yields rows, a value or bytes as its signature says. */
interface Command<Services> {
  readonly signature: Signature;
  run(call: Call, services: Services): CommandStream;
}
/** Identity, for inference: `export default defineCommand<Services>({...})` reads like a table row. */
declare function defineCommand<Services>(command: Command<Services>): Command<Services>;
/**
 * The canonical text of a call: long flags with `=`, values of secret flags as `***`. Parsing and binding it gives an
 * equal call, so history, plans and error messages print it and a Makefile can hold it.
 */
declare function formatCall(call: BoundCall): string;
/** A help document as a manual page (man(7) macros): `ocish help --man COMMAND | man -l -`. */
declare function manPage(document: HelpDocument, version: string): string;
/**
 * Thrown by a command that ends the program it stands in (`exit`): `run` answers with its status. Nothing in the program
 * takes it, neither `||` nor `try` nor `each --keep-going`.
 */
declare class ProgramEnd extends Error {
  /** 0 to 255. */
  readonly status: number;
  constructor(status: number);
}
/**
 * The canonical text of one word: parsing it gives exactly `word` back, as one word, a flag where `word` was one
 * (its first character stays bare), a pattern where it was one (`*` and `?` stay bare).
 */
declare function quote(word: string): string;
/** As `quote`, for text that must be taken literally: no flag, no pattern, no external. */
declare function quoteLiteral(word: string): string;
/** A registry this user has. */
declare const registryRow: RowType;
/** A repository. */
declare const repoRow: RowType;
/** A tag: all but the first two columns are lazy. */
declare const tagRow: RowType;
/** Something inside an artifact: a layer or a file. */
declare const entryRow: RowType;
/** An artifact that points to another one. */
declare const referrerRow: RowType;
/** A node of an artifact's tree; `depth` starts at 0. */
declare const nodeRow: RowType;
/** A difference: `op` is `+`, `-` or `~`. */
declare const changeRow: RowType;
/** A descriptor that was copied or fetched; `status` is `done`, `existing`, `mounted`, `skipped` or `failed`. */
declare const transferRow: RowType;
/** Something that was done, or would be under `--dry-run`. */
declare const actionRow: RowType;
/** One question and its answer. */
declare const checkRow: RowType;
/** What validation found. */
declare const findingRow: RowType;
/** How much room something takes. */
declare const usageRow: RowType;
/** A blob of the content store. */
declare const blobRow: RowType;
/** Who one is at a registry; never a secret. */
declare const accountRow: RowType;
/** A plugin and the kinds it brings. */
declare const pluginRow: RowType;
/** A setting and where its value comes from. */
declare const settingRow: RowType;
/** What a kind needs: one row per dependency. */
declare const dependencyRow: RowType;
/** What a running server tells. */
declare const eventRow: RowType;
/** Where a server listens. */
declare const endpointRow: RowType;
/** Every row type of the contract, by name. */
declare const rowTypes: readonly RowType[];
/** Stops something after so many milliseconds, with DEADLINE_EXCEEDED as the reason; never where there is no number. */
declare function deadline(milliseconds: number | undefined, stop: (reason: OcishError) => void): Disposable;
/**
 * The names a person may have meant, best first: small edit distance, or one is the beginning of the other.
 * At most `count` (default 3); none when nothing is near.
 */
declare function nearest(word: string, names: Iterable<string>, count?: number): string[];
/** What a `keyvalue` parameter gives. */
interface KeyValue {
  readonly key: string;
  readonly value: string;
}
/**
 * The typed value of one literal word: `size` in bytes, `duration` in milliseconds, `platform` as sdk's `Platform`,
 * `keyvalue` as `KeyValue`; the other types stay text, which only `string` may leave empty.
 * Errors: USAGE_INVALID_VALUE.
 */
declare function valueOf(type: ParamType, text: string): unknown;
/** Bytes: `512`, `10MiB`, `1.5GB`; a unit is a power of ten without the `i`, of two with it. Errors: USAGE_INVALID_VALUE. */
declare function sizeOf(text: string): number;
/** Milliseconds: `30d`, `1h30m`, `500ms`; a bare number is seconds. Errors: USAGE_INVALID_VALUE. */
declare function durationOf(text: string): number;
/** Rows whose columns are known only from what flows in. */
declare const anyRow: RowType;
/** The language's own words for rows: a closed set (shell.md §2.4). */
declare const verbs: readonly Signature[];
/** True for a name that has no meaning yet and will get one. */
declare function isReserved(name: string): boolean;
/** True for a command that needs a session: a place to be in, jobs, a screen. */
declare function isOfSession(name: string): boolean;
/** True for a word of the language itself, as against a command. */
declare function isVerb(name: string): boolean;
/** What comes out of a pipeline: rows, values, exactly one value, or bytes. */
type Edge = {
  readonly form: "rows";
  readonly rows: AsyncIterable<Row>;
  /** The types a row may have; empty: known only from the rows. */
  readonly types: readonly RowType[];
} | {
  readonly form: "values";
  readonly values: AsyncIterable<unknown>;
  readonly type: ColumnType;
} | {
  readonly form: "value";
  readonly value: unknown;
  readonly type: ColumnType | "Description" | "Pushed" | "text";
} | {
  readonly form: "bytes";
  readonly bytes: Bytes;
};
/** The forms `from` reads. */
type InputFormat = "json" | "ndjson" | "yaml" | "csv" | "lines";
/**
 * Text as rows or a value: json and yaml are read whole (≤ 64 MiB), a list of records becomes rows; ndjson, csv (with
 * a header line) and lines (`{ line }`) are streamed. Errors: INPUT_INVALID with the line, LIMIT_EXCEEDED.
 */
declare function read(format: InputFormat, bytes: Bytes): Promise<Edge>;
/** Any edge but bytes as rows; a plain value, also one among rows of no known type, is a row `{ value }`. Errors: USAGE_CONFLICT for bytes. */
declare function rowsOf(edge: Edge): {
  readonly rows: AsyncIterable<Row>;
  readonly types: readonly RowType[];
};
/** How an edge is written. */
interface WriteOptions {
  /** Columns to show, in this order; `all` also shows hidden ones. Default: those of the row type. */
  readonly columns?: readonly string[];
  /** Rows at most. */
  readonly limit?: number;
  /** What layouts for people look like; the other forms only ask it whether a terminal shows them. */
  readonly look: Look;
  readonly terminal: boolean;
  /**
   * The status the rows came to, asked after the last one: a diff on a terminal closes with it, and of what failed before
   * its first row nothing is written.
   */
  readonly exit?: () => number | undefined;
  /** How the file begins that the text is appended to: a header that is there already is not repeated. */
  readonly after?: string;
}
/**
 * What comes out of a pipeline as text, streamed. Each form's code is loaded when it is first used; that of JSON is
 * there anyway.
 * Errors: USAGE_CONFLICT for bytes where columns are needed.
 */
declare function write(given: Edge, format: OutputFormat, options: WriteOptions): AsyncGenerator<string, void>;
/** The form of an edge where nobody asked for one: layouts on a terminal, TSV elsewhere. */
declare function defaultFormat(edge: Edge, terminal: boolean): OutputFormat;
/** Help, which has a layout of its own for people. */
declare function isHelp(edge: Edge): edge is Edge & {
  readonly value: HelpDocument;
};
/** A command's stream as an edge. `outcome` settles when the edge has been read to its end. */
interface Emitted {
  /** Absent for a command without output (which has then run to its end). */
  readonly edge?: Edge;
  readonly outcome: Promise<Outcome>;
  /** The outcome as far as it is known now; undefined while the command has not come to its end. */
  readonly ended: () => Outcome | undefined;
}
/** Whether these arguments name standard output, where the command gives bytes for that (`bytesTo`). */
declare function givesBytes(output: Output, args: BoundCall["args"]): boolean;
/**
 * What a command yields, in the form its signature declares: rows and bytes are streamed as they are pulled, one value
 * is waited for. Leaving the edge early closes the command.
 */
declare function edgeOf(output: Output, stream: CommandStream): Promise<Emitted>;
/** What flows between two stages, as far as it is known before anything runs. */
type EdgeType = {
  readonly form: "none";
} | {
  readonly form: "any";
} | {
  readonly form: "rows";
  readonly types: readonly RowType[];
} | {
  readonly form: "values";
  readonly type: ColumnType;
} | {
  readonly form: "value";
  readonly type: Extract<Output, {
    form: "value";
  }>["type"];
  /** Of a record that is one row of a stream. */
  readonly types?: readonly RowType[];
} | {
  readonly form: "bytes";
};
/** What a part of a line is, for colours. */
type TokenClass = "command" | "keyword" | "flag" | "argument" | "string" | "variable" | "operator" | "number" | "field" | "pattern" | "comment" | "external" | "error";
/** A part of a line and what it is, for colours. Offsets in UTF-16 units. */
interface Token {
  from: number;
  to: number;
  class: TokenClass;
}
/** A step into a value: a name, or a position in a list. */
type PathStep = string | number;
/** A piece of a word: as it stands, quoted, or an expansion. */
type Part = (Span & {
  readonly kind: "bare";
  readonly text: string;
  readonly pattern: boolean;
}) | (Span & {
  readonly kind: "single";
  readonly text: string;
  readonly closed: boolean;
}) | (Span & {
  readonly kind: "double";
  readonly parts: readonly Part[];
  readonly closed: boolean;
}) | VariablePart | SubstitutionPart;
/** `$name`, `$name.path`, `${name.path}`. */
interface VariablePart extends Span {
  readonly kind: "variable";
  readonly name: string;
  readonly path: readonly PathStep[];
  readonly braced: boolean;
}
/** `$( … )`. */
interface SubstitutionPart extends Span {
  readonly kind: "substitution";
  readonly body: Program;
  readonly closed: boolean;
}
/** What stands between blanks. */
interface Word extends Span {
  readonly parts: readonly Part[];
  /** `...$x`. */
  readonly spread: boolean;
}
/** How `where` compares two values. */
type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "=~" | "!~" | "in" | "contains" | "matches" | "startswith" | "endswith";
/** A field of the row that `where` looks at. */
interface FieldExpression extends Span {
  readonly kind: "field";
  readonly path: readonly PathStep[];
  /** `name?`: it may be missing. */
  readonly optional: boolean;
}
/** What stands after `where`. */
type Expression = (Span & {
  readonly kind: "and" | "or";
  readonly operands: readonly Expression[];
}) | (Span & {
  readonly kind: "not";
  readonly operand: Expression;
}) | (Span & {
  readonly kind: "compare";
  readonly operator: Comparison;
  readonly left: Expression;
  readonly right: Expression;
}) | FieldExpression | (Span & {
  readonly kind: "literal";
  readonly type: LiteralType;
  readonly value: string | number | boolean | null;
}) | (Span & {
  readonly kind: "word";
  readonly word: Word;
}) | (Span & {
  readonly kind: "missing";
});
/** The type of a value that is written out in a condition. */
type LiteralType = "string" | "int" | "float" | "size" | "duration" | "bool" | "null";
/** A command, a verb or another program, with its words. */
interface CallStage extends Span {
  readonly kind: "call";
  readonly head: Word;
  readonly args: readonly Word[];
  readonly block?: Program;
  /** `^name`. */
  readonly external: boolean;
  /** `try name`. */
  readonly try: boolean;
}
/** `where CONDITION`. */
interface WhereStage extends Span {
  readonly kind: "where";
  readonly expression: Expression;
}
/** `let NAME = WORD`. */
interface LetStage extends Span {
  readonly kind: "let";
  readonly name: string;
  readonly nameSpan: Span;
  readonly value?: Word;
}
/** An expansion that is a stage by itself. */
interface ValueStage extends Span {
  readonly kind: "value";
  readonly word: Word;
}
/** Where a stage should be and none is. */
interface MissingStage extends Span {
  readonly kind: "missing";
}
/** One place between the `|` of a pipe. */
type Stage = CallStage | WhereStage | LetStage | ValueStage | MissingStage;
/** `> FILE`, `>> FILE`, `< FILE`. */
interface Redirect extends Span {
  readonly operator: ">" | ">>" | "<";
  readonly target?: Word;
}
/** Stages of which each reads what the one before gives. */
interface Pipe extends Span {
  readonly stages: readonly Stage[];
  readonly redirects: readonly Redirect[];
}
/** Pipes joined with `&&` and `||`, in the background or not. */
interface Statement extends Span {
  /** The operator before each pipe; the first has none. */
  readonly pipes: readonly {
    readonly operator?: "&&" | "||";
    readonly pipe: Pipe;
  }[];
  readonly background: boolean;
}
/** A text that was read: its statements, and where each stands. */
interface Program extends Span {
  readonly statements: readonly Statement[];
}
/** The one result that running, highlighting, completion and "is this line complete?" read. */
interface Parsed {
  readonly source: SourceText;
  readonly program: Program;
  /** Sorted, disjoint, inside the text, not empty. */
  readonly tokens: readonly Token[];
  readonly diagnostics: readonly Diagnostic[];
  /** More text could make it whole. */
  readonly incomplete: boolean;
}
/** What a stage is, once its words have their meaning. */
interface BoundStage {
  readonly input: EdgeType;
  readonly output: EdgeType;
  /** Words that are known only at run time are open in it. */
  readonly call?: BoundCall;
  /** A block that is the value of a flag, as a word behind the others. */
  readonly line?: Word;
  /** The columns to fill; absent: those that cost nothing. */
  readonly columns?: ReadonlySet<string>;
  /** Rows that are read of its output at most, where that is known. */
  readonly limit?: number;
}
/** A whole program with its meaning; it may run when it has no diagnostics. */
interface BoundProgram {
  readonly parsed: Parsed;
  readonly stages: ReadonlyMap<Stage, BoundStage>;
  /** Of the text and of its meaning, in the order of their places. */
  readonly diagnostics: readonly Diagnostic[];
  readonly output: EdgeType;
  /** Expansions that give durations: milliseconds, which a word says with their unit. */
  readonly durations: ReadonlySet<Part>;
  /** Variables that exist before it. */
  readonly known: readonly string[];
  /** What its own `let`s name, outside blocks and substitutions. */
  readonly names: ReadonlyMap<string, EdgeType>;
}
/**
 * What `let` named in earlier programs: the lines of a session share one. `bind` knows its names and their types, `run`
 * adds the names of a program that ended with status 0. A later `let` of the same name hides the earlier one.
 */
declare class SessionScope {
  #private;
  /** What `try` took last, in whichever program. */
  error: unknown;
  /** In the order in which they were named first. */
  get names(): readonly string[];
  /** Undefined for a name that nothing has. */
  typeOf(name: string): EdgeType | undefined;
  get(name: string): unknown;
  set(name: string, value: unknown, type?: EdgeType): void;
}
/** What a program may refer to and use when it is bound. */
interface BindOptions {
  /** Variables that exist before the program: `args`, `env`, `last`, those of the session. */
  readonly variables?: Iterable<string>;
  /** What earlier programs named. */
  readonly scope?: SessionScope;
  /** Standard input holds data for the first stage. */
  readonly input?: boolean;
  /** `^name` is allowed; default true. */
  readonly externals?: boolean;
  /** Jobs (`&`) exist; default false. */
  readonly jobs?: boolean;
}
/** Gives every word of a program its meaning, by data alone. Never throws; problems are in `diagnostics`. */
declare function bind(parsed: Parsed, commands: Commands, options?: BindOptions): BoundProgram;
/** One step of a program that would run; `depth` is that of blocks and substitutions. */
declare const stepRow: RowType;
/** What a program would do, step by step (`--explain`): nothing runs, patterns are not expanded. */
declare function explain(bound: BoundProgram): Generator<Row, void>;
/**
 * The program that the arguments of the process are: one call of literal words, nothing interpreted
 * (shell.md §2.7). `where` with one argument is the condition in it.
 */
declare function fromArgv(words: readonly string[]): Parsed;
/** Local files as redirects and `save` see them; confined by whoever gives it. */
interface Files {
  /** Errors: FILE_NOT_FOUND, FILE_FAILED. */
  read(path: string, signal: AbortSignal): Bytes;
  /**
   * Writes everything, then makes it visible by one rename; when the iteration fails, the old content stays.
   * Errors: FILE_FAILED.
   */
  write(path: string, bytes: Bytes, options: {
    readonly append: boolean;
    readonly signal: AbortSignal;
  }): Promise<void>;
  /** How the text of a regular file begins; empty for what is not there. What is appended does not repeat its header. */
  beginning?(path: string): Promise<string>;
}
/** A program of the system that is to be run (`^name`). No shell is between. */
interface ExternalRun {
  readonly name: string;
  readonly args: readonly string[];
  readonly input?: Bytes;
  /** Its output goes to the person directly, so it may use the terminal; `output` is empty then. */
  readonly inherit: boolean;
  readonly signal: AbortSignal;
}
/** Other programs (`^jq`). */
interface Externals {
  /** Errors: EXTERNAL_FAILED when it cannot be started. */
  run(external: ExternalRun): {
    readonly output: Bytes;
    readonly exit: Promise<number>;
  };
}
/** What running a program needs from outside. Whatever is absent is refused with a sentence. */
interface RunOptions<Services> {
  readonly commands: Commands;
  /** The code of a command, by the full name of its signature. */
  load(name: string): Promise<Command<Services>>;
  /** What one call works with; its common flags are in the call. */
  services(call: BoundCall): Services | Promise<Services>;
  readonly signal: AbortSignal;
  readonly files?: Files;
  readonly externals?: Externals;
  /** The names a pattern stands for; `\\` in it makes the next character literal. */
  expand?(pattern: string, type: "ref" | "path", signal: AbortSignal): AsyncIterable<string>;
  /** Names that one pattern may stand for (`limits.glob`); default 1,000. */
  readonly glob?: number | undefined;
  /** `$args`. */
  readonly args?: readonly string[];
  /** Other variables that exist before the program: `env`, `last`, those of a session. */
  readonly variables?: Iterable<readonly [string, unknown]>;
  /** What earlier programs named; extended with the names of this one when it ends with status 0. */
  readonly scope?: SessionScope;
  /** Standard input as data for the first stage of the first pipe that wants it. */
  readonly input?: Bytes;
  /** For `to table` and its like; default: 100 columns without colour. */
  readonly look?: Look;
  /** Starts a job (`&`); absent where there are none. */
  background?(work: (signal: AbortSignal) => AsyncGenerator<Emission, RunOutcome>): void;
}
/** The output of one pipe. Read it to its end (or close it) before asking for the next one. */
interface Emission extends Span {
  /** Errors of the pipe do not come out of its edge: they end it, and come from the run. */
  readonly edge: Edge;
  /** The common flags of the pipe's last call: `--output`, `--columns`, … */
  readonly common: CommonFlags;
  /** It came from another program. */
  readonly external: boolean;
  /** The status of the pipe, that of its failure included, once its edge was read to its end; undefined before. */
  readonly exit: () => number | undefined;
}
/** How a program ended; `error` is what `try` turned into an answer in the last statement. */
interface RunOutcome extends Outcome {
  readonly error?: unknown;
}
/** `--raw` in the pipe that gave this: bytes go to a terminal as they are. */
declare function isRaw({ stages }: BoundProgram, { from, to }: Pick<Emission, "from" | "to">): boolean;
/** Reads any text: never throws, looks at each character a bounded number of times, and goes on after mistakes. */
declare function parse(text: string, name?: string): Parsed;
/**
 * Runs a bound program. Each pipe that gives something yields an emission; read its edge, then ask for the next one.
 * Rows are made as they are read. A failure that no `||` or `try` takes is thrown after the edge has ended; the
 * outcome is that of the last statement, or of the first that did not succeed. Errors: the first diagnostic of the
 * program when it has one, then those of the commands.
 */
declare function run<Services>(program: BoundProgram, options: RunOptions<Services>): AsyncGenerator<Emission, RunOutcome>;
/** What is replaced (`from` to `to`), what stands there before the cursor, and how it is quoted. */
interface Place extends Span {
  /** The text before the cursor, without quotes and escapes. */
  readonly prefix: string;
  /** `double`: inside `"…"` beside an expansion; only escapes are needed there. */
  readonly quote: "word" | "double";
  /** A `$name` ends right before it, which a letter or digit would make longer. */
  readonly afterName?: boolean;
}
/** What could be written at the cursor: the question completion answers. */
type Site = (Place & {
  readonly kind: "command";
  readonly input: EdgeType;
}) | (Place & {
  readonly kind: "flag";
  readonly signature: Signature;
}) | (Place & {
  readonly kind: "flag-value";
  readonly signature: Signature;
  readonly flag: FlagTarget;
}) | (Place & {
  readonly kind: "argument";
  readonly signature: Signature;
  /** Absent: nothing more is taken. */
  readonly param?: Param;
  readonly call: BoundCall;
  readonly input: EdgeType;
}) | (Place & {
  readonly kind: "field";
  readonly input: EdgeType;
}) | (Place & {
  readonly kind: "operator";
  readonly type?: ColumnType;
}) | (Place & {
  readonly kind: "value";
  readonly field?: string;
  readonly input: EdgeType;
}) | (Place & {
  readonly kind: "variable";
  /** Every name that has a value here. */
  readonly names: readonly string[];
}) | (Place & {
  readonly kind: "file";
}) | (Place & {
  readonly kind: "none";
});
/** The innermost thing that touches the cursor, inside `$( … )` and `{ … }` too. Never throws. */
declare function siteAt(bound: BoundProgram, cursor: number): Site;
/** A value as it is written at a site: reading it back gives exactly the value, whatever is in it (T45). */
declare function insertion(value: string, site: Site): string;
export { type BindOptions, type BindResult, type BoundCall, type BoundItem, type BoundProgram, type BoundStage, type Call, type CallWord, type Column, type ColumnType, type Command, type CommandStream, type Commands, type CommandsOptions, type CommonFlags, type DeclaredOption, type Diagnostic, type Edge, type EdgeType, type Effect, type Emission, type Emitted, type Example, type ExternalRun, type Externals, type Files, type Flag, type FlagTarget, type HelpBlock, type HelpDocument, type HelpItem, type InputFormat, type KeyValue, type Outcome, type Output, type OutputFormat, type Param, type ParamType, type Parsed, type Problem, type ProblemHint, type Program, ProgramEnd, type Replacement, type Row, type RowType, type RunOptions, type RunOutcome, SessionScope, type Signature, type Site, type SourceText, type Token, type TokenClass, type WriteOptions, accountRow, actionRow, anyRow, bind, bindArgv, blobRow, changeRow, checkRow, commonFlags, createCommands, deadline, defaultFormat, defineCommand, dependencyRow, durationOf, edgeOf, endpointRow, entryRow, errorOf, eventRow, exitMeaning, explain, findingRow, flagConflicts, formatCall, fromArgv, givesBytes, helpFor, insertion, isHelp, isOfSession, isRaw, isReserved, isVerb, kindSignature, manPage, nearest, nodeRow, outputFormats, parse, pluginRow, quote, quoteLiteral, read, referrerRow, registryRow, renderHelp, renderOverview, repoRow, rowTypes, rowsOf, run, settingRow, siteAt, sizeOf, stepRow, tagRow, toProblem, transferRow, usageLine, usageRow, valueOf, verbs, write };
// text.d.mts
import { B as RowType, M as Column, N as ColumnType, _ as HelpDocument, a as paint, c as Untrusted, d as safe, f as text, i as marksOf, l as join, n as Marks, o as SafeOptions, p as Problem, r as Tone, s as Text, t as Look, u as repeat } from "./theme.mjs";
import { Bytes, Description } from "@ocish/sdk";
/**
 * What the terminal says about its background in `COLORFGBG` (`15;0`, `0;default;15`): rxvt, Konsole, iTerm2 and others
 * set it, and anybody can. White (7) and the bright colours (9 to 15) are light; false where nothing is said.
 */
declare function hasLightBackground(env: Readonly<Record<string, string | undefined>>): boolean;
/** A description as a page: title, summary, and one line per field that has something to say, its label on the left. */
declare function describe(description: Description, look: Look): Text[];
interface Change {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly to?: unknown;
}
/**
 * Changes, one a line: the sign, the path, and what became of the value. Signs carry the meaning, colour only helps.
 * Digests are shortened where whole ones would not fit the width (shell.md §4.2).
 */
declare function diff(changes: readonly Change[], look: Look): Text[];
/** The report with the marked source, causes and the line to try (shell.md §4.2). */
declare function errorReport(problem: Problem, look: Look): Text[];
/** One line of words for logs, dumb terminals and screen readers. */
declare function errorLine(problem: Problem): Text;
/** The JSON form: one object, stable keys. */
declare function errorObject(problem: Problem): Record<string, unknown>;
/** The JSON form as one line, with nothing in it that a terminal would act on. */
declare function errorJson(problem: Problem): Text;
/** Help laid out for a screen. */
declare function help(document: HelpDocument, look: Look): Text[];
/**
 * Characters that are no plain text: controls (C0, DEL, C1), format and bidi characters, line and paragraph
 * separators, lone surrogates, and everything Unicode calls ignorable (zero-width, fillers, tags) but for the sixteen
 * variation selectors. A terminal may act on them, and two names that differ only in them look equal (shell.md §4.5).
 */
declare const hostile: RegExp;
/** `184 KiB`, `1.2 KiB`, `512 B`: two significant digits below ten. */
declare function humanSize(bytes: number): Text;
/** Milliseconds as `2d`, `14s`, `350ms`: the largest unit only. */
declare function humanDuration(milliseconds: number): Text;
/** `2026-11-18 09:12Z`. */
declare function humanTime(value: Date): Text;
/** `sha256:4be0c1f2d9a0`: enough to tell apart, short enough for a table. */
declare function shortDigest(digest: string): Text;
/** A cell as a person reads it. */
declare function humanCell(value: unknown, type: ColumnType): Text;
type Cells$1 = Readonly<Record<string, unknown>>;
/** A table whose columns have their widths: lines can be made one by one. */
interface TableLayout {
  readonly header: Text;
  line(row: Cells$1): Text;
}
/**
 * Lays a table out by the rows seen first; a later line that would not fit on the screen is cut to it. Too wide a table
 * loses room in its widest columns first. Widths are those of the escaped text (T45).
 */
declare function tableLayout(columns: readonly Column[], sample: readonly Cells$1[], look: Look): TableLayout;
/** A whole table: a title line and one line per row. */
declare function table(rows: readonly Cells$1[], columns: readonly Column[], look: Look): Text[];
/** Text side by side with its explanation, as help has it: terms on the left, wrapped text on the right. */
declare function twoColumns(items: readonly {
  readonly term: Text;
  readonly lines: (columns: number) => readonly Text[];
}[], indent: number, look: Look): Text[];
/** Passes text through; a terminal gets no binary data. Errors: USAGE_BINARY_OUTPUT, and those of the stream. */
declare function textOnly(bytes: Bytes): AsyncGenerator<Uint8Array, void>;
type Cells = Readonly<Record<string, unknown>>;
/** Rows that carry a depth, drawn as a tree; the other columns stand to its right. */
declare function tree(rows: readonly Cells[], row: RowType, columns: readonly Column[], look: Look): Text[];
/** Columns a text takes on a terminal; SGR takes none. Made text only: call `safe` first (T45). */
declare function width(value: Text): number;
/** Columns of one code point. */
declare function widthOf(character: string): number;
/** At most `columns` wide; what is cut off is marked by `mark` (which is counted). Text without SGR only. */
declare function cut(value: Text, columns: number, mark?: string): Text;
/** Blanks added up to `columns`. */
declare function pad(value: Text, columns: number, align?: "left" | "right"): Text;
/** Broken at blanks into lines of at most `columns`; a longer word is cut in pieces. Newlines are kept. */
declare function wrap(value: Text, columns: number): Text[];
export { type Look, type Marks, type SafeOptions, type TableLayout, type Text, type Tone, type Untrusted, cut, describe, diff, errorJson, errorLine, errorObject, errorReport, hasLightBackground, help, hostile, humanCell, humanDuration, humanSize, humanTime, join, marksOf, pad, paint, repeat, safe, shortDigest, table, tableLayout, text, textOnly, tree, twoColumns, width, widthOf, wrap };
// theme.d.mts
import { KindCommand, KindOption, OcishError, Span } from "@ocish/sdk";
/** A command as data: from it come binding, help, completion, man pages, confirmation and the conformance tests. */
/** `ref`: a reference, a glob over remote names or a relative one; `location`: whatever can hold artifacts; `path`: a local path. */
type ParamType = "string" | "int" | "bool" | "size" | "duration" | "ref" | "location" | "path" | "digest" | "platform" | "mediatype" | "host" | "kind" | "keyvalue" | "command" | "field";
/** A parameter of a command, by its place in the line. */
interface Param {
  readonly name: string;
  readonly type: ParamType;
  readonly summary?: string;
  readonly optional?: boolean;
  /** Takes all that is left; only on one parameter, and parameters after it are filled from the end (`cp SRC… DST`). */
  readonly many?: boolean;
  readonly enum?: readonly string[];
  /** The least of an `int`. */
  readonly min?: number;
  readonly default?: unknown;
}
/** A flag of a command. */
interface Flag {
  /** Long and kebab-case, without dashes. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  readonly type: ParamType;
  readonly summary: string;
  readonly many?: boolean;
  readonly enum?: readonly string[];
  /** The least of an `int`. */
  readonly min?: number;
  readonly default?: unknown;
  /** Shown in help in place of the type. */
  readonly placeholder?: string;
  /** `--password-stdin`: never shown in traces, history or plans. */
  readonly secret?: boolean;
  /**
   * Applies to the arguments after it and may be repeated between them (`push --type T a --type U b`). A call then has
   * a list aligned with the values of the `many` parameter (undefined where none applies), else with the first one.
   */
  readonly positional?: boolean;
  /** The value is a program that runs later, with what it is about as `$it`: a block behind the flag is one too. */
  readonly line?: boolean;
}
/** What the values of a column are: decides how they are aligned, shown, compared and completed. */
type ColumnType = "string" | "int" | "bool" | "bytes" | "size" | "duration" | "time" | "digest" | "ref" | "mediatype" | "list" | "record";
/** A column of the rows that a command gives. */
interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Costs requests: a command fills it only when `call.columns` has it. */
  readonly lazy?: boolean;
  /** Not in the default table. */
  readonly hidden?: boolean;
}
/** A row type: a stable contract of `-o json`, extended only by addition. */
interface RowType {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The column that stands for the row where a reference is wanted. */
  readonly reference?: string;
  /**
   * The columns that a tree display nests by (`depth`) and draws (`label`). On a terminal siblings whose column `relation`
   * says `group` stand together, without that word at the beginning of their labels.
   */
  readonly tree?: {
    readonly depth: string;
    readonly label: string;
    readonly relation?: string;
    readonly group?: string;
  };
}
/** What a command gives: rows, one value, bytes, or nothing. */
type Output = ({
  readonly form: "rows";
  readonly row: RowType | readonly RowType[];
} & BytesTo) | ({
  readonly form: "value";
  readonly type: ColumnType | "Description" | "Pushed" | "text";
} & BytesTo) | {
  readonly form: "bytes";
} | {
  readonly form: "none";
};
/** Of a command that writes to a location. */
interface BytesTo {
  /** The parameter that, as `-`, makes the command give bytes in place of what it tells (`cp a -`). */
  readonly bytesTo?: string;
}
/** A line that can be typed, and what it is good for. */
interface Example {
  readonly line: string;
  readonly note: string;
}
/** Read, write a registry, destroy, local only. */
type Effect = "R" | "W" | "D" | "L";
/** A command as data: what it takes, gives and does. Help, completion and checks are made of it (shell.md 3). */
interface Signature {
  /** One or two words (`tags`, `manifest put`). */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** Paragraphs of plain text. */
  readonly description?: string;
  readonly params: readonly Param[];
  readonly flags: readonly Flag[];
  /** What it takes from a pipe. */
  readonly input: "none" | "rows" | "bytes";
  readonly output: Output;
  readonly effect: Effect;
  readonly examples: readonly Example[];
  /** The statuses a caller should expect besides 0. */
  readonly exits: readonly number[];
  /** Version that brought it. */
  readonly since: string;
  /** Section of the overview. */
  readonly group: "browse" | "move" | "change" | "trust" | "session" | "local" | "kind" | "verb";
}
/** Where a text came from: `repl:12`, `-c`, a path, or `argv` (a re-quoted rendering of the arguments). */
interface SourceText {
  readonly name: string;
  readonly text: string;
}
/** An edit of the source that would cure a problem. */
interface Replacement extends Span {
  readonly with: string;
}
/** A mistake found in a text before anything ran. Total functions return these; doors throw them. */
interface Diagnostic extends Span {
  /** `SYNTAX_…`, `BIND_…` or `USAGE_…`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Near names, best first. */
  readonly closest?: readonly string[];
  readonly replace?: Replacement;
  /** More text could cure it: an open quote, a dangling operator. */
  readonly incomplete?: boolean;
}
/** The diagnostic as an error whose details say where it is: `span`, `source`, `closest`, `replace`. */
declare function errorOf(diagnostic: Diagnostic, source: SourceText): OcishError;
/** A kind's option and the kind that declares it. */
interface DeclaredOption {
  readonly kind: string;
  readonly option: KindOption;
}
/** What a line may call, as data: binding, help and completion load nothing else. */
interface Commands {
  /** By full name or alias; two-word names with one blank. */
  find(name: string): Signature | undefined;
  /** Every command and verb once, sorted by name. */
  readonly signatures: readonly Signature[];
  /** The options of kinds that this verb (`push`, `pull`, …) takes. */
  options(verb: string): readonly DeclaredOption[];
  /** The words a user's alias stands for; a command's name is never one. */
  alias?(name: string): readonly string[] | undefined;
  /** Names of kinds, for `--as`; absent: not checked. */
  readonly kinds?: readonly string[];
}
/** What the table of commands is made with beside the commands. */
interface CommandsOptions {
  readonly options?: readonly DeclaredOption[];
  readonly kinds?: readonly string[];
  /** Abbreviations of the user: a name, and the words it stands for. */
  readonly aliases?: ReadonlyMap<string, readonly string[]>;
}
/** The table of these signatures and the language's verbs. A later signature never shadows an earlier one. */
declare function createCommands(signatures: Iterable<Signature>, options?: CommandsOptions): Commands;
/** The signature of a kind's command: `family` and its name as two words. */
declare function kindSignature(family: string, command: Omit<KindCommand, "run">): Signature;
/** One block of help, as data: the text layer lays it out, the man pages and documents are made from it too. */
type HelpBlock = {
  readonly form: "text";
  readonly title?: string;
  readonly paragraphs: readonly string[];
} | {
  readonly form: "code";
  readonly title?: string;
  readonly lines: readonly string[];
} | {
  readonly form: "list";
  readonly title: string;
  readonly items: readonly HelpItem[];
} | {
  readonly form: "examples";
  readonly title: string;
  readonly items: readonly HelpItem[];
};
/** One term and what is said of it. */
interface HelpItem {
  readonly term: string;
  readonly text: string;
}
/** Help as data: a page, text or JSON is made of it. */
interface HelpDocument {
  /** What it is help for: a command's name, a topic, or `ocish`. */
  readonly name: string;
  readonly summary: string;
  readonly blocks: readonly HelpBlock[];
}
/** What an exit status means, in a few words. */
declare function exitMeaning(status: number): string;
/** Help for one command. */
declare function renderHelp(signature: Signature, commands?: Commands): HelpDocument;
/** The overview that `help` alone shows. */
declare function renderOverview(commands: Commands): HelpDocument;
/** Help for a command or a topic; undefined for a word that is neither. No words: the overview. */
declare function helpFor(words: readonly string[], commands: Commands): HelpDocument | undefined;
/** A hint a person can follow; with `replace`, an edit of the source that can be applied. */
interface ProblemHint {
  readonly text: string;
  readonly replace?: Replacement;
}
/** A failure as data: fancy, plain and JSON reports are three views of it (shell.md §4.2). */
interface Problem {
  readonly code: string;
  readonly message: string;
  readonly exit: number;
  readonly source?: SourceText;
  readonly span?: Span;
  readonly causes: readonly {
    readonly code?: string;
    readonly message: string;
  }[];
  /** Near names, best first. */
  readonly closest: readonly string[];
  readonly hints: readonly ProblemHint[];
  /** The whole source with the first replacement applied: a line to run. */
  readonly corrected?: string;
  /** Small facts of the error (`wire`, `side`, `descriptor`, …). */
  readonly details: Readonly<Record<string, unknown>>;
  /** Set for anything that is not an expected failure: this is a bug of ours or of a kind. */
  readonly stack?: string;
}
/**
 * Any thrown value as a problem. `source` is the text that ran: a span inside one of its words (`details.input` and
 * `details.span`, as the grammar's errors have them) is moved to where that word stands in it.
 */
declare function toProblem(error: unknown, source?: SourceText): Problem;
declare const trusted: unique symbol;
declare const remote: unique symbol;
/** Text that may be written to a terminal: only `safe`, the theme and the layouts make it (shell.md §4.5). */
type Text = string & {
  readonly [trusted]: true;
};
/** Anything that came from somewhere else. A plain string is as untrusted as a marked one. */
type Untrusted<T extends string = string> = T & {
  readonly [remote]?: true;
};
/** What `safe` does with line ends. */
interface SafeOptions {
  /** `keep` newlines (and show tabs as blanks), or `show` them as one sign, the default. */
  readonly newlines?: "keep" | "show";
}
/** Remote text as text for a terminal: hostile characters are shown, never removed and never sent. */
declare function safe(value: Untrusted, options?: SafeOptions): Text;
/** Text written by us: the literal parts are ours, what is put in has to be `Text` or a number already. */
declare function text(literals: TemplateStringsArray, ...values: readonly (Text | number)[]): Text;
/** Parts in a row, with `separator` (written by us) between them. */
declare function join(parts: readonly Text[], separator?: string): Text;
/** `count` times the same. */
declare function repeat(part: Text, count: number): Text;
/** What a piece of text means; the theme decides how that looks. */
type Tone = "title" | "label" | "dim" | "good" | "bad" | "warn" | "accent" | "added" | "removed" | "changed" | "strong";
/** How a layout looks: width, colour, characters. The same for every layout of one run. */
interface Look {
  /** Columns; `Infinity` where nobody reads on a screen. */
  readonly width: number;
  readonly color: boolean;
  /** The background is known to be light: yellow and cyan, which nobody can read there, are magenta and blue. */
  readonly light?: boolean;
  /** Only characters of ASCII in frames and marks. */
  readonly ascii: boolean;
  /** What ages are counted from. */
  readonly now: number;
}
/** The only place that makes SGR sequences. Sixteen colours, no assumption about the background unless it is told. */
declare function paint(value: Text, tone: Tone, look: Pick<Look, "color" | "light">): Text;
/** The marks that carry meaning where there is no colour. */
interface Marks {
  readonly yes: Text;
  readonly no: Text;
  readonly bar: Text;
  readonly corner: Text;
  readonly branch: Text;
  readonly last: Text;
  readonly through: Text;
  readonly underline: Text;
  readonly under: Text;
  readonly ellipsis: string;
  readonly dot: Text;
}
/** The marks of a look. */
declare function marksOf(look: Pick<Look, "ascii">): Marks;
export { SourceText as A, RowType as B, Commands as C, kindSignature as D, createCommands as E, Example as F, Flag as I, Output as L, Column as M, ColumnType as N, Diagnostic as O, Effect as P, Param as R, renderOverview as S, DeclaredOption as T, Signature as V, HelpDocument as _, paint as a, helpFor as b, Untrusted as c, safe as d, text as f, HelpBlock as g, toProblem as h, marksOf as i, errorOf as j, Replacement as k, join as l, ProblemHint as m, Marks as n, SafeOptions as o, Problem as p, Tone as r, Text as s, Look as t, repeat as u, HelpItem as v, CommandsOptions as w, renderHelp as x, exitMeaning as y, ParamType as z };