import {
  collect,
  encodeGoJson,
  hasCode,
  isArtifact,
  type Artifact,
  type Finding,
  type GoJson,
  type KindContext,
  type Source,
  statOrNothing,
} from '@ocish/sdk'
import { readChartYaml, decodeText } from './chart-yaml.ts'
import { violations } from './check-metadata.ts'
import type { ChartFile } from './chart-files.ts'
import { loadChart } from './chart.ts'
import { chartFile, ignoreFile, limits, valuesFile } from './constants.ts'
import { goMetadata } from './encode-metadata.ts'
import { lintChartYaml } from './lint.ts'
import type { Metadata } from './metadata.ts'
import { missingDependencies, tagOf } from './pack.ts'
import { parseYaml } from './parse-yaml.ts'
import { readArchive } from './read-archive.ts'
import { readFolder, readIgnore } from './read-folder.ts'
import { chartLayer, chartManifest, readMetadata } from './read.ts'

type Findings = AsyncGenerator<Finding, void>

/** Everything that is wrong with a chart: a folder, an archive or a published one. */
export async function* validateChart(input: Artifact | Source, context: KindContext): Findings {
  if (isArtifact(input)) yield* publishedFindings(input, context.signal)
  else if (input.type === 'file')
    yield* archiveFindings(() => readArchive(input.open(''), context.signal), context.signal)
  else yield* folderFindings(input, context.signal)
}

const bad = ['KIND_INPUT_INVALID', 'LIMIT_EXCEEDED', 'ARCHIVE_UNSAFE', 'ARCHIVE_INVALID'] as const

/** What is wrong with the input, as a finding; every other failure goes on. */
function fromError(thrown: unknown, fallback: string): Finding {
  if (!hasCode(thrown, ...bad)) throw thrown
  const { line, path } = thrown.details ?? {}
  const { hint = thrown.code === 'LIMIT_EXCEEDED' ? 'Leave out what the chart does not need.' : undefined } =
    thrown
  return {
    severity: 'error',
    code: thrown.code,
    path: typeof path === 'string' ? path : fallback,
    ...(typeof line === 'number' ? { line } : {}),
    message: thrown.message,
    ...(hint === undefined ? {} : { hint }),
  }
}

async function* folderFindings(source: Source, signal: AbortSignal): Findings {
  try {
    const { negations } = await readIgnore(source)
    for (const line of negations) {
      yield {
        severity: 'warning',
        code: 'HELM_IGNORE_NEGATED',
        path: ignoreFile,
        line,
        message: 'a rule with ! ignores everything that does not fit it',
        hint: 'Name what should be left out instead; a .helmignore cannot take anything back in.',
      }
    }
    const entry = await statOrNothing(source, chartFile)
    if (entry?.kind === 'file') {
      const bytes = await collect(limited(source, entry.size), { what: chartFile, limit: limits.document })
      const { metadata } = readChartYaml(bytes)
      if (metadata.name !== undefined && metadata.name !== source.name) {
        yield {
          severity: 'warning',
          code: 'HELM_FOLDER_NAME',
          path: chartFile,
          message: `the folder ${source.name} should have the name of the chart, ${metadata.name}`,
        }
      }
    }
  } catch (thrown) {
    yield fromError(thrown, chartFile)
    return
  }
  yield* archiveFindings(() => readFolder(source, signal), signal)
}

/** A file that is too large is not read at all. */
async function* limited(source: Source, size: number): AsyncGenerator<Uint8Array, void> {
  if (size > limits.document) yield new Uint8Array(limits.document + 1)
  else yield* source.open(chartFile)
}

async function* archiveFindings(read: () => Promise<readonly ChartFile[]>, signal: AbortSignal): Findings {
  try {
    yield* fileFindings(await read(), signal)
  } catch (thrown) {
    yield fromError(thrown, '')
  }
}

async function* fileFindings(files: readonly ChartFile[], signal: AbortSignal): Findings {
  const yaml = files.find(({ path }) => path === chartFile)
  if (yaml !== undefined) yield* lintChartYaml(readChartYaml(yaml.bytes))
  const values = files.find(({ path }) => path === valuesFile)
  if (values !== undefined) yield* valuesFindings(values.bytes)
  const chart = await loadChart(files, { signal })
  for (const name of missingDependencies(chart)) {
    yield {
      severity: 'error',
      code: 'HELM_DEPENDENCY_MISSING',
      path: chartFile,
      message: `the dependency ${name} is not in charts/`,
      hint: 'Fetch it into charts/ with helm fetch.',
    }
  }
}

function* valuesFindings(bytes: Uint8Array): Generator<Finding> {
  try {
    const { tree, duplicates } = parseYaml(decodeText(bytes, valuesFile, limits.values), valuesFile)
    if (tree.type !== 'map' && tree.type !== 'null') {
      const message = 'values are no mapping'
      yield { severity: 'error', code: 'HELM_VALUES_INVALID', path: valuesFile, line: tree.line, message }
    }
    for (const { key, line } of duplicates) {
      const message = `${key} comes twice, and the last one counts`
      yield { severity: 'warning', code: 'HELM_KEY_TWICE', path: valuesFile, line, message }
    }
  } catch (thrown) {
    yield fromError(thrown, valuesFile)
  }
}

/** Helm compares none of these with each other. */
async function* publishedFindings(artifact: Artifact, signal: AbortSignal): Findings {
  try {
    const manifest = await chartManifest(artifact)
    const config = await readMetadata(manifest)
    for (const { message } of violations(config))
      yield { severity: 'error', code: 'HELM_METADATA_INVALID', path: 'config', message }
    yield* labelFindings(manifest, config, artifact.ref)
    const files = await readArchive(manifest.open(chartLayer(manifest)), signal)
    yield* fileFindings(files, signal)
    yield* mismatches(config, (await loadChart(files, { signal })).metadata)
  } catch (thrown) {
    yield fromError(thrown, 'manifest')
  }
}

const prefix = 'org.opencontainers.image.'

function* labelFindings(
  { annotations }: Artifact,
  config: Metadata,
  ref: string | undefined,
): Generator<Finding> {
  for (const [label, value] of [
    ['title', config.name],
    ['version', config.version],
  ] as const) {
    const found = annotations[`${prefix}${label}`]
    if (found === undefined || found === value) continue
    const message = `the annotation ${label} is ${found}, the configuration says ${value ?? 'nothing'}`
    yield { severity: 'warning', code: 'HELM_ANNOTATION_MISMATCH', path: 'manifest', message }
  }
  const tag = /:([^/:@]+)(?:@.*)?$/.exec(ref ?? '')?.[1]
  if (tag !== undefined && config.version !== undefined && tag !== config.version.replaceAll('+', '_')) {
    yield {
      severity: 'warning',
      code: 'HELM_TAG_MISMATCH',
      path: 'manifest',
      message: `the tag is ${tag}, the chart's version ${config.version}`,
      hint: `Helm looks for it under ${safeTag(config.version)}.`,
    }
  }
}

function safeTag(version: string): string {
  try {
    return tagOf(version)
  } catch {
    return version
  }
}

function* mismatches(config: Metadata, chart: Metadata): Generator<Finding> {
  const [left, right] = [goMetadata(config), goMetadata(chart)]
  for (const member of Object.keys(left)) {
    if (text(left[member]) === text(right[member])) continue
    const message = `the configuration and ${chartFile} differ in ${member}`
    yield { severity: 'warning', code: 'HELM_CONFIG_MISMATCH', path: 'config', message }
  }
}

function text(value: GoJson | undefined): string {
  return value === undefined ? '' : encodeGoJson(value)
}
