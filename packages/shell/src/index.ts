export { usageLine } from './assign-params.ts'
export { bindArgv } from './bind-argv.ts'
export type { BindResult, BoundCall, BoundItem, CallWord, FlagTarget } from './bound-call.ts'
export { defineCommand } from './command.ts'
export type { Call, Command, CommandStream, Outcome, Row } from './command.ts'
export { createCommands, kindSignature } from './commands.ts'
export type { Commands, CommandsOptions, DeclaredOption } from './commands.ts'
export { commonFlags, flagConflicts, outputFormats } from './common-flags.ts'
export type { CommonFlags, OutputFormat } from './common-flags.ts'
export { errorOf } from './diagnostic.ts'
export type { Diagnostic, Replacement, SourceText } from './diagnostic.ts'
export { formatCall } from './format-call.ts'
export { exitMeaning, helpFor, renderHelp, renderOverview } from './help.ts'
export type { HelpBlock, HelpDocument, HelpItem } from './help.ts'
export { manPage } from './man-page.ts'
export { toProblem } from './problem.ts'
export type { Problem, ProblemHint } from './problem.ts'
export { ProgramEnd } from './program-end.ts'
export { quote, quoteLiteral } from './quote.ts'
export {
  accountRow,
  actionRow,
  blobRow,
  changeRow,
  checkRow,
  dependencyRow,
  endpointRow,
  entryRow,
  eventRow,
  findingRow,
  nodeRow,
  pluginRow,
  referrerRow,
  registryRow,
  repoRow,
  rowTypes,
  settingRow,
  tagRow,
  transferRow,
  usageRow,
} from './rows.ts'
export type {
  Column,
  ColumnType,
  Effect,
  Example,
  Flag,
  Output,
  Param,
  ParamType,
  RowType,
  Signature,
} from './signature.ts'
export { deadline } from './deadline.ts'
export { nearest } from './suggest.ts'
export { durationOf, sizeOf, valueOf } from './value-of.ts'
export type { KeyValue } from './value-of.ts'
export { anyRow, isOfSession, isReserved, isVerb, verbs } from './verbs.ts'
export type { Edge } from './formats/edge.ts'
export { read } from './formats/read.ts'
export { rowsOf } from './formats/rows-of.ts'
export type { InputFormat } from './formats/read.ts'
export { defaultFormat, isHelp, write } from './formats/write.ts'
export type { WriteOptions } from './formats/write.ts'
export { edgeOf, givesBytes } from './edge-of.ts'
export type { Emitted } from './edge-of.ts'
export { bind, type BindOptions } from './language/bind.ts'
export type { BoundProgram, BoundStage } from './language/bound-program.ts'
export type { EdgeType } from './language/edge-type.ts'
export { explain, stepRow } from './language/explain.ts'
export { fromArgv } from './language/from-argv.ts'
export { isRaw } from './language/is-raw.ts'
export { parse } from './language/parser.ts'
export { run } from './language/run.ts'
export type {
  Emission,
  ExternalRun,
  Externals,
  Files,
  RunOptions,
  RunOutcome,
} from './language/run-options.ts'
export { SessionScope } from './language/session-scope.ts'
export type { Parsed, Program, Token, TokenClass } from './language/syntax.ts'
export { insertion, siteAt } from './language/site.ts'
export type { Site } from './language/site.ts'
