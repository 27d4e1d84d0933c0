import { OcishError, type KindCommand } from '@ocish/sdk'
import { resolveDependencies } from '../dependencies.ts'
import { readMetadata } from '../read.ts'
import { artifactAt, isPath, localChart, sourceAt } from './chart-at.ts'
import { asked, versionFlag } from './flags.ts'

export const dependencyColumns: readonly string[] = [
  'name',
  'version',
  'repository',
  'locked',
  'ref',
  'digest',
  'note',
]

export const deps: KindCommand = {
  name: 'deps',
  summary: 'Look up the charts that a chart depends on',
  params: [{ name: 'chart', type: 'path', summary: 'A folder, an archive or a reference' }],
  flags: [
    versionFlag,
    { name: 'strict', type: 'bool', optional: true, summary: 'A missing one is an error' },
  ],
  output: { form: 'rows', columns: dependencyColumns },
  effect: 'R',
  examples: [
    { line: 'helm deps ./web', note: 'of a folder' },
    { line: 'helm deps ghcr.io/acme/charts/web:1.2.0', note: 'of a published one' },
  ],
  async *run({ args, flags }, context) {
    const where = String(args['chart'])
    const metadata = isPath(where)
      ? (await localChart(await sourceAt('chart', context), context.signal)).metadata
      : await readMetadata((await artifactAt(where, asked(flags), context)).artifact)
    const resolved = await resolveDependencies(metadata, context)
    const failed = resolved.filter(
      ({ note, digest, repository }) => note !== '' && digest === '' && repository.startsWith('oci://'),
    )
    const [first] = failed
    if (flags['strict'] === true && first !== undefined)
      throw new OcishError('KIND_DEPENDENCY_MISSING', `${first.name} ${first.version}: ${first.note}`)
    yield* resolved
    for (const { name, version, note } of failed) context.warn(`${name} ${version}: ${note}`)
    return failed.length > 0 ? 10 : 0
  },
}
