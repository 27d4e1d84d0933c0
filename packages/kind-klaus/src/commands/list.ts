import { isOcishError, OcishError, type KindCommand, type KindCommandContext } from '@ocish/sdk'
import { listVersions } from '../resolve.ts'
import { klausSource, klausSources, type KlausSource, type KlausType } from '../sources.ts'
import { sourceFlag, typeFlag } from './flags.ts'

interface Row {
  readonly source: string
  readonly name: string
  readonly version: string
  readonly repository: string
  readonly ref: string
  readonly note: string
}

const width = 10

export const list: KindCommand = {
  name: 'list',
  summary: 'List plugins, personalities or toolchains of a source with their highest version',
  params: [],
  flags: [typeFlag, sourceFlag, { name: 'all', type: 'bool', optional: true, summary: 'All sources' }],
  output: { form: 'rows', columns: ['source', 'name', 'version', 'repository', 'ref', 'note'] },
  effect: 'R',
  examples: [
    { line: 'klaus list', note: 'plugins of the default source' },
    { line: 'klaus list --type personality --source giantswarm', note: 'personalities of one source' },
  ],
  async *run({ flags }, context) {
    const type = (flags['type'] ?? 'plugin') as KlausType
    const all = flags['all'] === true
    const named = flags['source'] as string | undefined
    if (all && named !== undefined)
      throw new OcishError('USAGE_CONFLICT', '--all and --source exclude each other', {
        hint: 'Leave out one of them.',
      })
    const sources = all ? klausSources(context.settings) : [klausSource(context.settings, named)]
    let failed = 0
    for (const source of sources) {
      try {
        yield* rowsOf(source, type, context)
      } catch (error) {
        if (!all || !isOcishError(error)) throw error
        failed += 1
        if (failed === sources.length) throw error
        context.warn(`${source.name}: ${error.message}`)
      }
    }
    return failed === 0 ? 0 : 10
  },
}

/** Sorted by repository; what has no version is a row with a note, never left out silently. */
async function* rowsOf(
  source: KlausSource,
  type: KlausType,
  context: KindCommandContext,
): AsyncGenerator<Row, void> {
  const base = source.bases[type]
  const repositories: string[] = []
  for await (const repository of context.lookup.repositories(`${base}/`)) {
    if (repository.startsWith(`${base}/`)) repositories.push(repository)
  }
  repositories.sort()
  const rows: Promise<Row>[] = []
  for (const [index, repository] of repositories.entries()) {
    rows.push(rowOf(source.name, base, repository, context))
    const due = rows[index - width + 1]
    if (due !== undefined) yield await due
  }
  for (const due of rows.slice(Math.max(0, rows.length - width + 1))) yield await due
}

async function rowOf(
  source: string,
  base: string,
  repository: string,
  context: KindCommandContext,
): Promise<Row> {
  const row = {
    source,
    name: repository.slice(base.length + 1),
    version: '',
    repository,
    ref: repository,
    note: '',
  }
  try {
    const { versions } = await listVersions(repository, context)
    const best = versions.find(({ version }) => version.prerelease === '') ?? versions[0]
    if (best === undefined) return { ...row, note: 'no version' }
    return { ...row, version: best.tag, ref: `${repository}:${best.tag}` }
  } catch (error) {
    context.signal.throwIfAborted()
    if (!isOcishError(error)) throw error
    return { ...row, note: error.message }
  }
}
