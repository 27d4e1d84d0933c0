import { defineKind, type Kind } from '@ocish/sdk'
import { parseVersion } from '@ocish/versions'
import { deps } from './commands/deps.ts'
import { diff } from './commands/diff.ts'
import { fetchCommand } from './commands/fetch.ts'
import { list, search } from './commands/list.ts'
import { lock } from './commands/lock.ts'
import { packageCommand } from './commands/package.ts'
import { push } from './commands/push.ts'
import { show } from './commands/show.ts'
import { verify } from './commands/verify.ts'
import { versions } from './commands/versions.ts'
import { chartFile, configType } from './constants.ts'
import { listChart, unpackChart } from './content.ts'
import { declared, ociRepository } from './dependencies.ts'
import { describeChart } from './describe.ts'
import { diffCharts } from './diff.ts'
import type { HelmChart } from './model.ts'
import { options, settings } from './options.ts'
import { packChart } from './pack.ts'
import { readChart, readWholeChart } from './read.ts'
import { isBareName, resolveChart, versionOption } from './resolve.ts'
import { validateChart } from './validate.ts'

export type { Dependency, HelmChart, Maintainer, Metadata } from './model.ts'
export type { PlainValue } from './yaml-tree.ts'

/** Helm charts (specs/helm.md). */
const helm: Kind<HelmChart> = defineKind<HelmChart>({
  name: 'helm',
  family: 'helm',
  match: [{ configMediaType: configType }],
  sources: [{ folderWith: chartFile }, { fileName: '*.tgz', archiveWith: `*/${chartFile}` }],
  options,
  settings,
  read: (artifact) => readChart(artifact),
  readWhole: (artifact, { signal }) => readWholeChart(artifact, signal),
  describe: describeChart,
  list: listChart,
  unpack: unpackChart,
  pack: packChart,
  validate: validateChart,
  diff: diffCharts,
  dependencies: (chart) =>
    declared(chart).flatMap((one) => {
      const repository = ociRepository(one)
      if (repository === undefined) return []
      const { name, version = '' } = one
      const exact = parseVersion(version) === undefined ? '' : `:${version.replaceAll('+', '_')}`
      return [{ ref: `${repository}${exact}`, name: `${name} ${version}`.trim(), kind: 'helm' }]
    }),
  resolve: async (word, context) =>
    isBareName(word, context.settings) ? undefined : resolveChart(word, versionOption(context), context),
  commands: [show, list, search, versions, deps, lock, fetchCommand, packageCommand, push, verify, diff],
})

export default helm
