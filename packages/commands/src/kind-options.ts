import { OcishError } from '@ocish/sdk'
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
    if (kind?.options.some((option) => option.name === name) === true) continue
    throw notFor(name, kind, all)
  }
  return call.options
}

function notFor(name: string, kind: KindInfo | undefined, all: readonly KindInfo[]): OcishError {
  const owners = all.filter((other) => other.options.some((option) => option.name === name))
  const owner = owners.map((other) => other.name).join(', ')
  const what = kind === undefined ? 'plain files' : `the kind ${kind.name}`
  return new OcishError('KIND_OPTION_UNSUPPORTED', `--${name} is an option of ${owner}, not of ${what}`, {
    hint: owners.length === 1 ? `Add --as ${owner}, or leave --${name} out.` : `Leave --${name} out.`,
  })
}
