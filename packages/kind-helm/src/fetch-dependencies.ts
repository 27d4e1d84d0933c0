import { OcishError, readPart, type KindContext } from '@ocish/sdk'
import { parseVersion } from '@ocish/versions'
import { loadChart, lockBytes, type Chart } from './chart.ts'
import type { ChartFile } from './chart-files.ts'
import { checkMetadata } from './check-metadata.ts'
import { limits, lockFile } from './constants.ts'
import { declared, ociRepository, resolveDependencies, type Resolved } from './dependencies.ts'
import { encodeLock, lockDigest, readLock, type LockedDependency } from './lock.ts'
import { chartLayer, chartManifest, readMetadata } from './read.ts'

/** A dependency with the archive of its chart; `file` is its path in the chart that needs it. */
export interface Fetched {
  readonly resolved: Resolved
  readonly file: ChartFile
}

/** Does the lock say what Chart.yaml declares? */
export function isInSync(chart: Chart): boolean {
  const bytes = lockBytes(chart)
  if (bytes === undefined) return declared(chart.metadata).length === 0
  const { dependencies, digest } = readLock(bytes)
  return digest === lockDigest(declared(chart.metadata), dependencies)
}

/**
 * What a chart needs from OCI repositories: as its lock pins it, where it has one, else the highest that fits now.
 * Errors: KIND_INPUT_INVALID (a lock that is out of sync), KIND_DEPENDENCY_MISSING, DIGEST_MISMATCH, those of reading charts.
 */
export async function fetchLocked(chart: Chart, context: KindContext): Promise<readonly Fetched[]> {
  const bytes = lockBytes(chart)
  if (bytes === undefined) return fetchNewest(chart, context)
  if (!isInSync(chart)) {
    throw new OcishError('KIND_INPUT_INVALID', 'Chart.lock is out of sync with Chart.yaml', {
      hint: 'Write it anew with helm lock.',
    })
  }
  const { dependencies } = readLock(bytes)
  const metadata = {
    ...chart.metadata,
    dependencies: declared(chart.metadata).map((one, at) => ({
      ...one,
      version: dependencies[at]?.version ?? one.version ?? '',
    })),
  }
  const resolved = await resolveDependencies(metadata, context)
  for (const [at, one] of resolved.entries()) checkPin(one, dependencies[at])
  return fetchAll(resolved, context)
}

/** The highest charts that fit what is declared, whatever a lock says. Errors: as `fetchLocked`. */
export async function fetchNewest(chart: Chart, context: KindContext): Promise<readonly Fetched[]> {
  return fetchAll(await resolveDependencies(chart.metadata, context), context)
}

function checkPin({ name, ref, digest }: Resolved, pin: LockedDependency | undefined): void {
  if (pin?.digest === undefined || digest === '' || digest === pin.digest) return
  throw new OcishError('DIGEST_MISMATCH', `${name} is locked to ${pin.digest}, and ${ref} is ${digest} now`, {
    hint: 'Look what has changed; helm lock pins what is published now.',
    details: { expected: pin.digest, got: digest },
  })
}

async function fetchAll(all: readonly Resolved[], context: KindContext): Promise<readonly Fetched[]> {
  const wanted = all.filter(({ repository }) => repository.startsWith('oci://'))
  const failed = wanted.find(({ digest }) => digest === '')
  if (failed !== undefined) {
    throw new OcishError('KIND_DEPENDENCY_MISSING', `${failed.name} ${failed.version}: ${failed.note}`)
  }
  const fetched: Fetched[] = []
  for (const resolved of wanted) {
    // One after the other: each may be as large as a chart may be.
    // oxlint-disable-next-line no-await-in-loop
    fetched.push({ resolved, file: await fetchOne(resolved, context) })
  }
  return fetched
}

async function fetchOne(resolved: Resolved, context: KindContext): Promise<ChartFile> {
  const path = ociRepository(resolved) ?? resolved.ref
  const artifact = await chartManifest(await context.lookup.open(`${path}@${resolved.digest}`))
  const { name, version } = checkMetadata(await readMetadata(artifact), 'the configuration')
  if (name !== resolved.name)
    throw new OcishError('KIND_INPUT_INVALID', `${resolved.ref} is the chart ${name}, not ${resolved.name}`)
  const bytes = await readPart(artifact, chartLayer(artifact), { limit: limits.total })
  return { path: `charts/${name}-${version}.tgz`, bytes }
}

/**
 * The files of a chart with the newest charts that fit its dependencies, and the lock that pins them; a lock that pins them
 * already stays. Errors: as `fetchLocked`.
 */
export async function updated(
  files: readonly ChartFile[],
  generated: string,
  context: KindContext,
): Promise<readonly ChartFile[]> {
  const chart = await loadChart(files, { signal: context.signal })
  const fetched = await fetchNewest(chart, context)
  if (fetched.length === 0) return files
  const dependencies = declared(chart.metadata).map(({ name, version, repository }) => {
    const found = fetched.find(
      ({ resolved }) => resolved.name === name && resolved.version === (version ?? ''),
    )
    const local = chart.subcharts.find(({ metadata }) => metadata.name === name)?.metadata.version
    const locked = found?.resolved.locked ?? local ?? version
    return {
      name,
      repository,
      ...(locked !== undefined && { version: locked }),
      ...(found && { digest: found.resolved.digest }),
    }
  })
  const digest = lockDigest(declared(chart.metadata), dependencies)
  const old = lockBytes(chart)
  const complete = withFetched(files, fetched)
  if (old !== undefined && readLock(old).digest === digest) return complete
  const lock = { path: lockFile, bytes: encodeLock({ dependencies, digest, generated }) }
  return [...complete.filter(({ path }) => path !== lockFile), lock]
}

/** A chart's files with the fetched archives in place of older ones of the same charts. */
function withFetched(files: readonly ChartFile[], fetched: readonly Fetched[]): readonly ChartFile[] {
  const names = new Set(fetched.map(({ resolved }) => resolved.name))
  const kept = files.filter(({ path }) => {
    const archive = /^charts\/(.+)\.tgz$/.exec(path)?.[1]
    return archive === undefined || ![...names].some((name) => isArchiveOf(archive, name))
  })
  return [...kept, ...new Map(fetched.map(({ file }) => [file.path, file])).values()]
}

function isArchiveOf(archive: string, name: string): boolean {
  return archive.startsWith(`${name}-`) && parseVersion(archive.slice(name.length + 1)) !== undefined
}
