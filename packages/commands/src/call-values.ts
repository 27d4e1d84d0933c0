import type { Call } from '@ocish/shell'

/** Typed reading of a bound call: the binder has checked the values against the signature already. */

export function textArg(call: Call, name: string): string {
  const value = call.args[name]
  if (typeof value !== 'string') throw new TypeError(`argument ${name} is not bound to text`)
  return value
}

export function optionalTextArg(call: Call, name: string): string | undefined {
  return call.args[name] === undefined ? undefined : textArg(call, name)
}

export function textArgs(call: Call, name: string): readonly string[] {
  return texts(call.args[name])
}

export function isSet(call: Call, flag: string): boolean {
  return call.flags[flag] === true
}

export function textFlag(call: Call, flag: string): string | undefined {
  const value = call.flags[flag]
  return typeof value === 'string' ? value : undefined
}

export function textFlags(call: Call, flag: string): readonly string[] {
  return texts(call.flags[flag])
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

export function numberFlag(call: Call, flag: string): number | undefined {
  const value = call.flags[flag]
  return typeof value === 'number' ? value : undefined
}

/** True when somebody downstream reads this lazy column, or `--long` asked for all of them. */
export function wants(call: Call, column: string): boolean {
  return call.columns === undefined ? isSet(call, 'long') : call.columns.has(column)
}
