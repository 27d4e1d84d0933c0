import { isRepository, type Finding } from '@ocish/sdk'
import { parseConstraint, parseStrictVersion, parseVersion } from '@ocish/versions'
import { violations } from './check-metadata.ts'
import type { ChartYaml } from './chart-yaml.ts'
import { chartFile } from './constants.ts'
import { formatFloat } from './go-scalar.ts'
import type { Dependency, Maintainer, Metadata } from './metadata.ts'
import type { YamlTree } from './yaml-tree.ts'

/** Members whose values are text: numbers and truth values there are hardly ever what was meant. */
const texts: readonly string[] =
  'name version appVersion description type apiVersion kubeVersion home icon condition tags'.split(' ')

/** Everything a linter says of a Chart.yaml, most serious rules first (specs/helm.md §14, §24). */
export function* lintChartYaml(yaml: ChartYaml, path: string = chartFile): Generator<Finding> {
  const { metadata } = yaml
  const lines = linesOf(yaml.tree)
  const line = (member: string): { readonly line?: number } => {
    const found = lines.get(member.toLowerCase())
    return found === undefined ? {} : { line: found.line }
  }
  for (const { member, message, hint } of violations(metadata)) {
    const hinted = hint === undefined ? {} : { hint }
    yield { severity: 'error', code: 'HELM_METADATA_INVALID', path, ...line(member), message, ...hinted }
  }
  yield* lintTypes(lines, path)
  for (const { key, line: at } of yaml.duplicates) {
    const message = `${key} comes twice, and the last one counts`
    yield { severity: 'warning', code: 'HELM_KEY_TWICE', path, line: at, message }
  }
  for (const { key, line: at } of yaml.unknown) {
    const message = `${key} means nothing here`
    yield { severity: 'warning', code: 'HELM_UNKNOWN_MEMBER', path, line: at, message, hint: 'Remove it.' }
  }
  for (const { member, ...finding } of lintMetadata(metadata)) yield { ...finding, path, ...line(member) }
}

function linesOf(tree: YamlTree): ReadonlyMap<string, YamlTree> {
  if (tree.type !== 'map') return new Map()
  return new Map([...tree.members].map(([key, value]) => [key.toLowerCase(), value]))
}

/** `version: 1.10` is the number 1.1, `name: y` is true. */
function* lintTypes(members: ReadonlyMap<string, YamlTree>, path: string): Generator<Finding> {
  for (const name of texts) {
    const tree = members.get(name.toLowerCase())
    if (tree === undefined || tree.source === undefined) continue
    const read = scalarText(tree)
    if (read === undefined) continue
    const what = tree.type === 'bool' ? 'a truth value' : 'a number'
    const changed = read === tree.source ? '' : `, and is read as ${read}`
    yield {
      severity: /version$/i.test(name) || changed !== '' ? 'error' : 'warning',
      code: 'HELM_NOT_TEXT',
      path,
      line: tree.line,
      message: `${name}: ${tree.source} is ${what}, not text${changed}`,
      hint: `Write ${name}: ${JSON.stringify(tree.source)}.`,
    }
  }
}

/** What Helm reads where text is wanted; nothing for what is text. */
function scalarText(tree: YamlTree): string | undefined {
  if (tree.type === 'bool' || tree.type === 'int') return String(tree.value)
  return tree.type === 'float' ? formatFloat(tree.value) : undefined
}

/** What a push has to say of a Chart.yaml that it publishes: text that is read as something else. */
export function chartNotes(yaml: ChartYaml): readonly string[] {
  const found = [...lintTypes(linesOf(yaml.tree), chartFile)].filter(({ severity }) => severity === 'error')
  return found.map(({ line, message, hint }) => `${chartFile}, line ${line}: ${message}. ${hint}`)
}

type Lint = Omit<Finding, 'path' | 'line'> & { readonly member: string }

function* lintMetadata(metadata: Metadata): Generator<Lint> {
  const { name, version, icon, sources = [], maintainers = [], dependencies = [] } = metadata
  if (name !== undefined && !isRepository(name)) {
    yield {
      member: 'name',
      severity: 'error',
      code: 'HELM_NAME_NOT_OCI',
      message: `no registry takes the name ${JSON.stringify(name)}`,
      hint: 'Use small letters, digits and dashes.',
    }
  }
  if (
    version !== undefined &&
    parseVersion(version) !== undefined &&
    parseStrictVersion(version) === undefined
  ) {
    yield {
      member: 'version',
      severity: 'warning',
      code: 'HELM_VERSION_LOOSE',
      message: `Helm does not list the version ${version}`,
      hint: 'Write three numbers without v, as 1.2.3.',
    }
  }
  for (const maintainer of maintainers) if (maintainer !== null) yield* lintMaintainer(maintainer)
  for (const [member, urls] of [
    ['sources', sources],
    ['icon', icon === undefined ? [] : [icon]],
  ] as const) {
    for (const url of urls) {
      if (!isUrl(url)) {
        const message = `${member} has ${JSON.stringify(url)}, which is no URL`
        yield { member, severity: 'error', code: 'HELM_URL_INVALID', message }
      }
    }
  }
  if (icon === undefined)
    yield { member: 'icon', severity: 'info', code: 'HELM_NO_ICON', message: 'an icon is recommended' }
  if (metadata.apiVersion === 'v1') yield* lintV1(metadata)
  for (const dependency of dependencies) if (dependency !== null) yield* lintDependency(dependency)
}

function* lintMaintainer({ name, email, url }: Maintainer): Generator<Lint> {
  const member = 'maintainers'
  if (name === undefined)
    yield {
      member,
      severity: 'error',
      code: 'HELM_MAINTAINER_NO_NAME',
      message: 'each maintainer needs a name',
    }
  if (email !== undefined && !/^[^\s@]{1,64}@[^\s@]{1,255}$/.test(email)) {
    const message = `the e-mail address ${JSON.stringify(email)} is invalid`
    yield { member, severity: 'error', code: 'HELM_EMAIL_INVALID', message }
  }
  if (url !== undefined && !isUrl(url)) {
    const message = `the URL ${JSON.stringify(url)} of a maintainer is invalid`
    yield { member, severity: 'error', code: 'HELM_URL_INVALID', message }
  }
}

function* lintV1({ type, dependencies }: Metadata): Generator<Lint> {
  for (const [member, value] of [
    ['type', type],
    ['dependencies', dependencies],
  ] as const) {
    if (value === undefined) continue
    yield {
      member,
      severity: 'error',
      code: 'HELM_NOT_IN_V1',
      message: `${member} is not valid with apiVersion v1`,
      hint: 'Write apiVersion: v2.',
    }
  }
}

function* lintDependency({ name, version, repository }: Dependency): Generator<Lint> {
  const member = 'dependencies'
  if (version !== undefined && parseConstraint(version) === undefined) {
    const message = `the dependency ${name} has the version ${JSON.stringify(version)}, which is no constraint`
    yield { member, severity: 'error', code: 'HELM_CONSTRAINT_INVALID', message }
  }
  if (repository.startsWith('http:')) {
    const message = `the dependency ${name} comes over plain http`
    yield { member, severity: 'warning', code: 'HELM_PLAIN_HTTP', message }
  }
}

function isUrl(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text) && URL.canParse(text)
}
