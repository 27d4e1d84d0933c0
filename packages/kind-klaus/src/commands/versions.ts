import { OcishError, type KindCommand } from '@ocish/sdk'
import { parseConstraint, satisfies } from '@ocish/versions'
import { listVersions } from '../resolve.ts'
import { klausSource, type KlausType } from '../sources.ts'
import { sourceFlag, typeFlag } from './flags.ts'

export const versions: KindCommand = {
  name: 'versions',
  summary: 'List the versions of an artifact, highest first',
  params: [{ name: 'name', type: 'string', summary: 'A short name or a repository' }],
  flags: [
    typeFlag,
    sourceFlag,
    { name: 'match', type: 'string', optional: true, summary: 'A version constraint, as ^1.2' },
  ],
  output: { form: 'rows', columns: ['version', 'ref', 'prerelease'] },
  effect: 'R',
  examples: [{ line: 'klaus versions gs-base --match ^0.3', note: 'releases of one minor version' }],
  async *run({ args, flags }, context) {
    const name = String(args['name']).trim()
    if (name === '') throw new OcishError('KIND_INPUT_INVALID', 'empty artifact reference')
    const type = (flags['type'] ?? 'plugin') as KlausType
    const source = klausSource(context.settings, flags['source'] as string | undefined)
    const repository = name.includes('/') ? name : `${source.bases[type]}/${name}`
    const wanted = flags['match'] as string | undefined
    const range = wanted === undefined ? undefined : parseConstraint(wanted)
    if (wanted !== undefined && range === undefined) {
      throw new OcishError('USAGE_INVALID_VALUE', `${JSON.stringify(wanted)} is no version constraint`, {
        hint: 'Write one such as ^1.2 or >=1.0, <2.',
      })
    }
    const found = await listVersions(repository, context)
    if (found.versions.length === 0) {
      const hint =
        found.skipped.length === 0
          ? {}
          : { hint: `It has the tags ${found.skipped.slice(0, 20).join(', ')}.` }
      throw new OcishError('TAG_NOT_FOUND', `no version in ${repository}`, hint)
    }
    for (const { tag, version } of found.versions) {
      if (range !== undefined && !satisfies(version, range)) continue
      yield { version: tag, ref: `${repository}:${tag}`, prerelease: version.prerelease !== '' }
    }
  },
}
