import { isJsonObject, OcishError } from '@ocish/sdk'
import { parse } from 'yaml'

/** What an image needs of a treefile; packages and services belong to who composes the tree. */
export interface Treefile {
  readonly ref: string
  /** `NAME=VALUE`. */
  readonly labels: readonly string[]
  /** What it asks for and an image of the commit does not bring: keys as `packages`. */
  readonly unused: readonly string[]
}

/** Keys of what composes a tree, of both programs; some lie in a group. */
const composing = ['packages', 'apt', 'repos', 'system', 'units', 'postinstall', 'postprocess', 'add-files']

/** Architectures as refs name them. */
const refArchitectures: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  '386': 'i686',
}

/**
 * Reads a treefile of apt-ostree or rpm-ostree, YAML or JSON (ostree.md §14). `arch` completes a ref that is made of the
 * base. Errors: KIND_INPUT_INVALID.
 */
export function parseTreefile(text: string, arch?: string): Treefile {
  const file = parsed(text)
  const ostree = isJsonObject(file['ostree']) ? file['ostree'] : {}
  const ref = [ostree['ref'], file['ref'], fromBase(file['base'], arch)].find(
    (one) => typeof one === 'string',
  )
  if (typeof ref !== 'string')
    throw new OcishError('KIND_INPUT_INVALID', 'the treefile has neither ostree.ref, ref nor base')
  return {
    ref,
    labels: labelsOf(file['labels']),
    unused: composing.filter((key) => Object.hasOwn(file, key)),
  }
}

/** A map of names, or a list of `NAME=VALUE`. Errors: KIND_INPUT_INVALID. */
function labelsOf(labels: unknown): readonly string[] {
  const pairs = isJsonObject(labels)
    ? Object.entries(labels).map(([name, value]) => [name, value].join('='))
    : labels
  if (pairs === undefined) return []
  if (
    Array.isArray(pairs) &&
    pairs.every((one): one is string => typeof one === 'string' && one.includes('='))
  )
    return pairs
  throw new OcishError('KIND_INPUT_INVALID', 'the labels of the treefile are neither a map nor NAME=VALUE')
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    // Every scalar as it is written: a version 1.10 is no number.
    const value: unknown = parse(text, { maxAliasCount: 0, schema: 'failsafe' })
    if (isJsonObject(value)) return value
  } catch (cause) {
    throw new OcishError('KIND_INPUT_INVALID', 'the treefile is no YAML', { cause })
  }
  throw new OcishError('KIND_INPUT_INVALID', 'the treefile is no map of keys')
}

/** `ubuntu:24.04` is the ref `ubuntu/24.04/x86_64` of apt-ostree. */
function fromBase(base: unknown, arch = 'x86_64'): string | undefined {
  if (typeof base !== 'string' || !base.includes(':')) return undefined
  return `${base.replace(':', '/')}/${refArchitectures[arch] ?? arch}`
}
