import { type KindOption, OcishError } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import type { KindInfo } from './services.ts'

/**
 * The kind options of a call. Errors: KIND_OPTION_UNSUPPORTED for one that `kind` does not have, before anything is
 * asked of a registry.
 */
export function kindOptions(
  call: Call,
  kind: KindInfo | undefined,
  all: readonly KindInfo[],
): Readonly<Record<string, unknown>> {
  for (const name of Object.keys(call.options)) {
    const option = kind?.options.find((candidate) => candidate.name === name)
    if (option === undefined) throw notFor(name, kind, all)
    if (!fits(option, call.options[name])) throw wrongForm(option, kind)
  }
  return call.options
}

/** Another kind may declare the same name in another form: with a value, or without one. */
function fits({ type, many, enum: allowed }: KindOption, value: unknown): boolean {
  const values = many === true && type !== 'bool' ? value : [value]
  const wanted = type === 'bool' && many !== true ? 'boolean' : type === 'int' ? 'number' : 'string'
  return (
    Array.isArray(values) &&
    values.every((one) => typeof one === wanted && (allowed === undefined || allowed.includes(String(one))))
  )
}

function wrongForm({ name, type, enum: allowed }: KindOption, kind: KindInfo | undefined): OcishError {
  const form =
    type === 'bool' ? 'no value' : allowed === undefined ? 'a value' : `one of ${allowed.join(', ')}`
  return new OcishError('KIND_OPTION_UNSUPPORTED', `--${name} of the kind ${kind?.name} takes ${form}`, {
    hint: `Write --${name}${type === 'bool' ? '' : ` ${allowed?.[0] ?? type.toUpperCase()}`}.`,
  })
}

function notFor(name: string, kind: KindInfo | undefined, all: readonly KindInfo[]): OcishError {
  const owners = all.filter((other) => other.options.some((option) => option.name === name))
  const owner = owners.map((other) => other.name).join(', ')
  const what = kind === undefined ? 'plain files' : `the kind ${kind.name}`
  return new OcishError('KIND_OPTION_UNSUPPORTED', `--${name} is an option of ${owner}, not of ${what}`, {
    hint: owners.length === 1 ? `Add --as ${owner}, or leave --${name} out.` : `Leave --${name} out.`,
  })
}
