import type { Description, Field } from '@ocish/sdk'
import type { HelmChart, Maintainer } from './model.ts'

/** What `describe` shows of a chart. */
export function describeChart(chart: HelmChart): Description {
  const { name = 'chart', version = '', description } = chart
  return {
    title: `${name} ${version}`.trim() || 'chart',
    ...(description === undefined ? {} : { summary: description }),
    fields: [...fields(chart)],
  }
}

function* fields(chart: HelmChart): Generator<Field> {
  yield* field('Chart', chart.name)
  yield* field('Version', chart.version)
  yield* field('App version', chart.appVersion)
  yield* field('Type', chart.type)
  yield* field('API version', chart.apiVersion)
  yield* field('Kubernetes', chart.kubeVersion)
  if (chart.deprecated === true) yield { label: 'Deprecated', value: true }
  yield* field('Home', chart.home)
  yield* list('Sources', chart.sources)
  yield* list('Keywords', chart.keywords)
  yield* list('Maintainers', (chart.maintainers ?? []).map(formatMaintainer))
  yield* list(
    'Dependencies',
    (chart.dependencies ?? []).map((one) => (one === null ? '' : dependencyLine(one))),
  )
  yield* field('Icon', chart.icon)
  if (chart.created !== undefined) yield { label: 'Created', value: chart.created, format: 'time' }
  yield { label: 'Provenance', value: chart.provenance }
  const annotations = Object.entries(chart.annotations ?? {})
  if (annotations.length > 0) yield { label: 'Annotations', value: Object.fromEntries(annotations) }
}

function* field(label: string, value: string | undefined): Generator<Field> {
  if (value !== undefined && value !== '') yield { label, value }
}

function* list(label: string, values: readonly string[] | undefined): Generator<Field> {
  const shown = (values ?? []).filter((value) => value !== '')
  if (shown.length > 0) yield { label, value: shown, format: 'list' }
}

function formatMaintainer(maintainer: Maintainer | null): string {
  if (maintainer === null) return ''
  const { name, email, url } = maintainer
  return [name, email === undefined ? undefined : `<${email}>`, url]
    .filter((part) => part !== undefined)
    .join(' ')
}

function dependencyLine(dependency: {
  readonly name: string
  readonly version?: string
  readonly repository: string
  readonly alias?: string
}): string {
  const { name, version, repository, alias } = dependency
  const as = alias === undefined ? undefined : `as ${alias}`
  return [name, version, repository === '' ? undefined : repository, as]
    .filter((part) => part !== undefined)
    .join(' ')
}
