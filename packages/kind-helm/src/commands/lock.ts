import { OcishError, type KindCommand, streamOf } from '@ocish/sdk'
import { lockBytes, type Chart } from '../chart.ts'
import { lockFile } from '../constants.ts'
import { declared, isExact, resolveDependencies, type Resolved } from '../dependencies.ts'
import { isInSync } from '../fetch-dependencies.ts'
import { encodeLock, lockDigest, readLock, type Lock, type LockedDependency } from '../lock.ts'
import { formatTime } from '../options.ts'
import { localChart, sourceAt } from './chart-at.ts'
import { dependencyColumns } from './deps.ts'

export const lock: KindCommand = {
  name: 'lock',
  summary: "Write the versions and digests of a chart's dependencies into its Chart.lock",
  params: [
    { name: 'dir', type: 'path', summary: "The chart's folder" },
    { name: 'file', type: 'path', optional: true, summary: 'The lock to write, as DIR/Chart.lock' },
  ],
  flags: [
    {
      name: 'check',
      type: 'bool',
      optional: true,
      summary: 'Write nothing; exit 1 when the lock does not hold',
    },
    { name: 'force', type: 'bool', optional: true, summary: 'Replace the file' },
  ],
  output: { form: 'rows', columns: dependencyColumns },
  effect: 'L',
  examples: [
    { line: 'helm lock ./web ./web/Chart.lock --force', note: 'pin what is published now' },
    { line: 'helm lock ./web --check', note: 'in CI' },
  ],
  async *run({ args, flags }, context) {
    const chart = await localChart(await sourceAt('dir', context), context.signal)
    const resolved = await resolveDependencies(chart.metadata, context)
    if (flags['check'] === true) {
      const rows = checked(chart, resolved)
      yield* rows
      return rows.every(({ note }) => note === '') && isInSync(chart) ? 0 : 1
    }
    if (args['file'] === undefined || context.target === undefined) {
      throw new OcishError('USAGE_MISSING_ARGUMENT', 'where to write the lock is missing', {
        hint: `Name it: helm lock ${String(args['dir'])} ${String(args['dir']).replace(/\/+$/, '')}/${lockFile} --force`,
      })
    }
    const target = await context.target('file')
    await target.write('', streamOf(encodeLock(lockOf(chart, resolved))))
    yield* resolved
    return 0
  },
}

function lockOf(chart: Chart, resolved: readonly Resolved[]): Lock {
  const dependencies = resolved.map((one) => locked(chart, one))
  return {
    dependencies,
    digest: lockDigest(declared(chart.metadata), dependencies),
    generated: formatTime(Date.now() / 1000),
  }
}

/** What can be known without a registry: an exact version, or what lies in charts/. */
function locked(
  chart: Chart,
  { name, version, repository, locked: found, digest, note }: Resolved,
): LockedDependency {
  if (digest !== '') return { name, version: found, repository, digest }
  const local = chart.subcharts.find(({ metadata }) => metadata.name === name)?.metadata.version
  const known = repository.startsWith('oci://')
    ? undefined
    : (local ?? (isExact(version) ? version : undefined))
  if (known !== undefined) return { name, version: known, repository }
  throw new OcishError('KIND_DEPENDENCY_MISSING', `${name} ${version}: ${note}`, {
    hint: 'Only OCI repositories can be asked; fetch others into charts/ first.',
  })
}

/** The lock against what the registries have now. */
function checked(chart: Chart, resolved: readonly Resolved[]): readonly Resolved[] {
  const bytes = lockBytes(chart)
  const entries = bytes === undefined ? [] : readLock(bytes).dependencies
  return resolved.map((one, index) => {
    const entry = entries[index]?.name === one.name ? entries[index] : undefined
    if (entry === undefined) return { ...one, note: 'not locked' }
    if (one.digest === '') return { ...one, note: one.repository.startsWith('oci://') ? one.note : '' }
    if (entry.version !== one.locked) return { ...one, note: `locked to ${entry.version ?? 'no version'}` }
    if (entry.digest === undefined) return { ...one, note: 'locked without a digest' }
    return { ...one, note: entry.digest === one.digest ? '' : `locked to ${entry.digest}` }
  })
}
