import { isJsonObject, OcishError } from '@ocish/sdk'
import { parse } from 'yaml'

/** What an image needs of a treefile; packages and services belong to who composes the tree. */
export interface Treefile {
  readonly ref: string
  readonly labels: readonly string[]
}

/** Reads a treefile of apt-ostree or rpm-ostree, YAML or JSON (ostree.md §14). Errors: KIND_INPUT_INVALID. */
export function parseTreefile(text: string): Treefile {
  const file = parsed(text)
  const ostree = isJsonObject(file['ostree']) ? file['ostree'] : {}
  const ref = [ostree['ref'], file['ref'], fromBase(file['base'])].find((one) => typeof one === 'string')
  if (typeof ref !== 'string')
    throw new OcishError('KIND_INPUT_INVALID', 'the treefile has neither ostree.ref, ref nor base')
  const labels = isJsonObject(file['labels']) ? Object.entries(file['labels']) : []
  return {
    ref,
    labels: labels.flatMap(([name, value]) => (typeof value === 'string' ? [`${name}=${value}`] : [])),
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(text, { maxAliasCount: 0 })
    if (isJsonObject(value)) return value
  } catch (cause) {
    throw new OcishError('KIND_INPUT_INVALID', 'the treefile is no YAML', { cause })
  }
  throw new OcishError('KIND_INPUT_INVALID', 'the treefile is no map of keys')
}

/** `ubuntu:24.04` is the ref `ubuntu/24.04/x86_64` of apt-ostree. */
function fromBase(base: unknown): string | undefined {
  return typeof base === 'string' && base.includes(':') ? `${base.replace(':', '/')}/x86_64` : undefined
}
