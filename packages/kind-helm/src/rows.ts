import { isOcishError, OcishError, type KindCommandContext } from '@ocish/sdk'
import { parseConstraint, satisfies, type Constraint } from '@ocish/versions'
import type { HelmChart } from './model.ts'
import { inOrder } from './ordered.ts'
import { readChart } from './read.ts'
import { noVersion, pick, type ResolveOptions } from './resolve.ts'
import { listVersions, type ChartVersion } from './versions.ts'

const width = 8

/** One version of a chart, or a repository that has none. */
export interface ChartRow {
  readonly name: string
  readonly version: string
  readonly appVersion: string
  readonly description: string
  readonly created: string
  readonly ref: string
  readonly note: string
}

/** `--version` and `--devel` as a constraint; nothing when they say nothing. Errors: USAGE_INVALID_VALUE. */
function constraintOf({ version, devel = false }: ResolveOptions): Constraint | undefined {
  const text = version ?? (devel ? '>0.0.0-0' : undefined)
  const parsed = text === undefined ? undefined : parseConstraint(text)
  if (parsed !== undefined || text === undefined) return parsed
  throw new OcishError('USAGE_INVALID_VALUE', `${JSON.stringify(text)} is no version constraint`, {
    hint: 'Write one as ^1.2 or ">=1.0.0, <2.0.0".',
  })
}

/**
 * The versions of one repository that fit, highest first, with what each chart says of itself.
 * Errors: TAG_NOT_FOUND with the tags that are there, when none fits.
 */
export async function* versionRows(
  repository: string,
  options: ResolveOptions,
  context: KindCommandContext,
): AsyncGenerator<ChartRow, void> {
  const constraint = constraintOf(options) ?? parseConstraint('*')
  const listed = await listVersions(repository, context)
  const wanted = listed.versions.filter(
    ({ version }) => constraint === undefined || satisfies(version, constraint),
  )
  if (wanted.length === 0) throw noVersion(repository, options.version ?? '', listed)
  yield* inOrder(wanted, width, (version) => rowOf(repository, version, context))
}

/** The highest fitting version of each repository below a prefix, in the order of their names. */
export async function* chartRows(
  prefix: string,
  options: ResolveOptions,
  context: KindCommandContext,
): AsyncGenerator<ChartRow, void> {
  const constraint = constraintOf(options) ?? parseConstraint('*')
  const repositories: string[] = []
  for await (const repository of context.lookup.repositories(prefix)) {
    if (isBelow(repository, prefix)) repositories.push(repository)
  }
  const work = (repository: string): Promise<ChartRow | undefined> => best(repository, constraint, context)
  for await (const row of inOrder(repositories.toSorted(), width, work)) if (row !== undefined) yield row
}

function isBelow(repository: string, prefix: string): boolean {
  return prefix.endsWith('/') || !prefix.includes('/')
    ? repository.startsWith(prefix)
    : repository === prefix || repository.startsWith(`${prefix}/`)
}

/** Nothing for a repository that holds no charts. */
async function best(
  repository: string,
  constraint: Constraint | undefined,
  context: KindCommandContext,
): Promise<ChartRow | undefined> {
  try {
    const { versions } = await listVersions(repository, context)
    const found = constraint === undefined ? versions[0] : pick({ versions }, constraint)
    return found === undefined ? undefined : await rowOf(repository, found, context, true)
  } catch (error) {
    context.signal.throwIfAborted()
    if (!isOcishError(error)) throw error
    return empty(repository, error.message)
  }
}

async function rowOf(
  repository: string,
  version: ChartVersion,
  context: KindCommandContext,
): Promise<ChartRow>
async function rowOf(
  repository: string,
  version: ChartVersion,
  context: KindCommandContext,
  chartsOnly: boolean,
): Promise<ChartRow | undefined>
async function rowOf(
  repository: string,
  { tag, text, strict }: ChartVersion,
  context: KindCommandContext,
  chartsOnly = false,
): Promise<ChartRow | undefined> {
  const row = {
    ...empty(repository, strict ? '' : 'no strict version'),
    version: text,
    ref: `${repository}:${tag}`,
  }
  try {
    return filled(row, await readChart(await context.lookup.open(row.ref)))
  } catch (error) {
    context.signal.throwIfAborted()
    if (!isOcishError(error)) throw error
    if (chartsOnly && error.code === 'KIND_INPUT_INVALID') return undefined
    return { ...row, note: error.message }
  }
}

function filled(row: ChartRow, chart: HelmChart): ChartRow {
  return {
    ...row,
    appVersion: chart.appVersion ?? '',
    description: chart.description ?? '',
    created: chart.created ?? '',
    note: chart.deprecated === true ? 'deprecated' : row.note,
  }
}

function empty(repository: string, note: string): ChartRow {
  const name = repository.slice(repository.lastIndexOf('/') + 1)
  return { name, version: '', appVersion: '', description: '', created: '', ref: repository, note }
}
