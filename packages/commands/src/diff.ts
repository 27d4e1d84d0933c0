import { collect, formatPlatform, globMatch } from '@ocish/core'
import {
  createDigester,
  type Descriptor,
  exits,
  type IndexManifest,
  type Manifest,
  parseJson,
} from '@ocish/sdk'
import type { Call, Row } from '@ocish/shell'
import { isSet, textArg, textFlags } from './call-values.ts'
import { type InnerEntry, innerEntries } from './inner-entries.ts'
import { jsonFields } from './json-fields.ts'
import { kindChanges, type Side } from './kind-changes.ts'
import { mapOrdered } from './map-ordered.ts'
import { type Named, openArtifact, readManifest, readSingle } from './open-artifact.ts'
import type { Services } from './services.ts'
import { layersOf, titleKey } from './titled-layers.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const read = async (name: string): Promise<Side> => {
    const artifact = await openArtifact(textArg(call, name), services, call.signal)
    const reading = sections(call).length > 0 ? readSingle : readManifest
    return { artifact, read: await reading(artifact, services, call.signal) }
  }
  const [a, b] = await Promise.all([read('a'), read('b')])
  if (a.read.content.descriptor.digest === b.read.content.descriptor.digest) return undefined
  let differs = false
  const ignored = textFlags(call, 'ignore')
  for await (const row of changes(a, b, call, services)) {
    if (ignored.some((pattern) => globMatch(pattern, String(row['path'])))) continue
    differs = true
    yield row
  }
  return differs ? { exit: exits.negative } : undefined
}

const allSections = ['config', 'layers', 'files'] as const

function sections(call: Call): readonly (typeof allSections)[number][] {
  return allSections.filter((name) => isSet(call, name))
}

async function* changes(a: Side, b: Side, call: Call, services: Services): AsyncGenerator<Row, void> {
  const asked = sections(call)
  const [one, other] = [a.read.manifest, b.read.manifest]
  if (asked.length === 0 && one.form === 'index' && other.form === 'index') {
    yield* compare(entriesByPlatform(one), entriesByPlatform(other))
    return
  }
  const seen = asked.length === 0 ? await kindChanges(a, b, call, services) : []
  yield* seen
  if (seen.length > 0) return
  const wanted = asked.length === 0 ? ['config', 'layers'] : asked
  if (wanted.includes('config')) yield* compare(await fieldsOf(a, call), await fieldsOf(b, call))
  if (wanted.includes('layers')) yield* compare(layerDigests(one), layerDigests(other))
  if (wanted.includes('files')) yield* fileChanges(a, b, call, services)
}

/** In the order of the one, then what only the other has. */
function* compare(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): Generator<Row, void> {
  for (const [path, value] of from) {
    const now = to.get(path)
    if (now === undefined) yield { op: '-', path, from: value }
    else if (now !== value) yield { op: '~', path, from: value, to: now }
  }
  for (const [path, value] of to) if (!from.has(path)) yield { op: '+', path, to: value }
}

function entriesByPlatform(index: IndexManifest): ReadonlyMap<string, string> {
  const fields = jsonFields(index.annotations ?? {}, 'annotations')
  for (const [at, entry] of index.manifests.entries()) {
    const name = entry.platform === undefined ? `[${at}]` : formatPlatform(entry.platform)
    // Attestations all have the same unknown platform.
    fields.set(fields.has(name) ? `${name}[${at}]` : name, entry.digest)
  }
  return fields
}

const configLimit = 16 * 1024 * 1024

/** What the manifest says of itself, and the configuration where it is JSON. */
async function fieldsOf({ artifact, read }: Side, call: Call): Promise<ReadonlyMap<string, string>> {
  const { manifest } = read
  const fields = jsonFields(manifest.annotations ?? {}, 'annotations')
  fields.set('mediaType', manifest.mediaType)
  if (manifest.form !== 'index' && manifest.artifactType !== undefined)
    fields.set('artifactType', manifest.artifactType)
  if (manifest.form !== 'image') return fields
  const { config } = manifest
  fields.set('config.mediaType', config.mediaType)
  const document = config.mediaType.endsWith('json') ? await configOf(artifact, config, call) : undefined
  if (document === undefined) fields.set('config.digest', config.digest)
  else for (const [path, value] of jsonFields(document, 'config')) fields.set(path, value)
  return fields
}

async function configOf(artifact: Named, config: Descriptor, { signal }: Call): Promise<unknown> {
  const blob = await artifact.registry.openBlob(artifact.repository, config, { signal })
  const bytes = await collect(blob.bytes, { limit: configLimit, what: 'the configuration', signal })
  return parseJson(bytes, { what: 'the configuration', code: 'MANIFEST_INVALID' })
}

/** By title where there is one, else by place. */
function layerDigests(manifest: Manifest): ReadonlyMap<string, string> {
  return new Map(
    layersOf(manifest).map((layer, at) => [layer.annotations?.[titleKey] ?? `layer[${at}]`, layer.digest]),
  )
}

async function* fileChanges(a: Side, b: Side, call: Call, services: Services): AsyncGenerator<Row, void> {
  const list = async ({ artifact, read }: Side): Promise<ReadonlyMap<string, InnerEntry>> => {
    const entries = new Map<string, InnerEntry>()
    for await (const entry of innerEntries(artifact, read, call, services)) entries.set(entry.path, entry)
    return entries
  }
  const [from, to] = await Promise.all([list(a), list(b)])
  const paths = [...new Set([...from.keys(), ...to.keys()])].toSorted()
  const rows = mapOrdered(paths, services.options.concurrency, async (path) =>
    fileChange(path, from.get(path), to.get(path)),
  )
  for await (const row of rows) if (row !== undefined) yield row
}

async function fileChange(
  path: string,
  from: InnerEntry | undefined,
  to: InnerEntry | undefined,
): Promise<Row | undefined> {
  if (from === undefined) return to && { op: '+', path, to: textOf(to) }
  if (to === undefined) return { op: '-', path, from: textOf(from) }
  const [before, after] = [textOf(from), textOf(to)]
  if (before !== after) return { op: '~', path, from: before, to: after }
  if (from.kind !== 'file') return undefined
  const [one, other] = [await digestOf(from), await digestOf(to)]
  return one === other ? undefined : { op: '~', path, from: one, to: other }
}

/** What can be seen without reading a file. */
function textOf({ kind, size, mode, target }: InnerEntry): string {
  const parts = [kind === 'file' ? `${size} bytes` : kind]
  if (mode !== undefined) parts.push((mode & 0o7777).toString(8).padStart(4, '0'))
  if (target !== undefined) parts.push(`to ${target}`)
  return parts.join(' ')
}

async function digestOf({ digest, open }: InnerEntry): Promise<string> {
  if (digest !== undefined || open === undefined) return digest ?? 'unknown'
  const digester = createDigester()
  for await (const chunk of open()) digester.update(chunk)
  return digester.digest()
}
