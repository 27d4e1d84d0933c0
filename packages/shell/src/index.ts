export { defineCommand } from './command.ts'
export type { Call, Command, CommandStream, Outcome, Row } from './command.ts'
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
