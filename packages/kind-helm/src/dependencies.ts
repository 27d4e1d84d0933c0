import { isOcishError, type KindContext } from '@ocish/sdk'
import { parseVersion } from '@ocish/versions'
import type { Dependency, Metadata } from './metadata.ts'
import { resolveChart } from './resolve.ts'

/** A dependency after looking it up. */
export interface Resolved {
  readonly name: string
  /** The constraint that was declared. */
  readonly version: string
  readonly repository: string
  /** What it is locked to: a version. */
  readonly locked: string
  readonly ref: string
  readonly digest: string
  /** Why there is no digest; empty where there is one. */
  readonly note: string
}

const width = 8

/** The dependencies that metadata declares, without empty entries. */
export function declared({ dependencies = [] }: Metadata): readonly Dependency[] {
  return dependencies.filter((one) => one !== null)
}

/** `oci://HOST/PATH` and NAME as the repository of the chart; nothing for other repositories. */
export function ociRepository({ name, repository }: Dependency): string | undefined {
  return repository.startsWith('oci://') ? `${repository.slice(6).replace(/\/+$/, '')}/${name}` : undefined
}

/** All dependencies, at most eight lookups at a time, in the order of their declaration. */
export async function resolveDependencies(
  metadata: Metadata,
  context: KindContext,
): Promise<readonly Resolved[]> {
  const all = declared(metadata)
  const results: Resolved[] = []
  const queue = all.entries()
  const worker = async (): Promise<void> => {
    for (const [index, dependency] of queue) {
      // A worker does one thing at a time.
      // oxlint-disable-next-line no-await-in-loop
      results[index] = await resolveOne(dependency, context)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, all.length) }, worker))
  return results
}

async function resolveOne(dependency: Dependency, context: KindContext): Promise<Resolved> {
  const { name, version = '', repository } = dependency
  const row = { name, version, repository, locked: '', ref: '', digest: '', note: '' }
  const path = ociRepository(dependency)
  if (path === undefined) return { ...row, note: whyNotLooked(repository) }
  try {
    const ref = await resolveChart(path, version === '' ? {} : { version }, context)
    const { digest } = await context.lookup.resolve(ref)
    return { ...row, ref, digest, locked: ref.slice(path.length + 1).replaceAll('_', '+') }
  } catch (error) {
    context.signal.throwIfAborted()
    if (!isOcishError(error)) throw error
    return { ...row, note: `${error.code}: ${error.message}` }
  }
}

function whyNotLooked(repository: string): string {
  if (repository === '') return 'lies in charts/'
  if (repository.startsWith('file://')) return 'is a folder'
  return 'not an OCI repository'
}

/** Can a lock say which version this is without its repository being asked? */
export function isExact(version: string): boolean {
  return parseVersion(version) !== undefined
}
