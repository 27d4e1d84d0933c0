import { isJsonObject } from '@ocish/sdk'
import { listAt, objectAt, parseObject, textAt, textsAt } from '../read-part.ts'

/** A software bill of materials, in its main facts. */
export interface SbomDocument {
  readonly format: 'SPDX' | 'CycloneDX' | 'Syft' | 'unknown'
  readonly version?: string
  readonly name?: string
  readonly created?: string
  readonly tools: readonly string[]
  readonly packages: number
  /** The most frequent ones, with how often. */
  readonly licences: readonly string[]
}

const shownLicences = 5

/** Reads SPDX JSON and tag-value text, CycloneDX JSON, Syft JSON. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export function readSbomDocument(bytes: Uint8Array, mediaType: string): SbomDocument {
  if (/\bxml\b/.test(mediaType))
    return {
      format: mediaType.includes('cyclonedx') ? 'CycloneDX' : 'SPDX',
      tools: [],
      packages: 0,
      licences: [],
    }
  if (mediaType === 'text/spdx') return readTagValue(new TextDecoder().decode(bytes))
  return readSbomObject(parseObject(bytes, 'the SBOM'))
}

/** The same, from a document that was read already (a predicate). */
function readSbomObject(document: Readonly<Record<string, unknown>>): SbomDocument {
  if (textAt(document, 'spdxVersion') !== undefined) return readSpdx(document)
  if (textAt(document, 'bomFormat') === 'CycloneDX') return readCycloneDx(document)
  const schema = textAt(objectAt(document, 'schema'), 'url') ?? ''
  return schema.includes('syft')
    ? readSyft(document)
    : { format: 'unknown', tools: [], packages: 0, licences: [] }
}

function readSpdx(document: Readonly<Record<string, unknown>>): SbomDocument {
  const creation = objectAt(document, 'creationInfo')
  const packages = listAt(document, 'packages')
  const [name, created] = [textAt(document, 'name'), textAt(creation, 'created')]
  return {
    format: 'SPDX',
    version: (textAt(document, 'spdxVersion') ?? '').replace(/^SPDX-/, ''),
    ...(name && { name }),
    ...(created && { created }),
    tools: textsAt(creation, 'creators')
      .filter((creator) => creator.startsWith('Tool:'))
      .map(afterColon),
    packages: packages.length,
    licences: topOf(packages.map((one) => textAt(one, 'licenseConcluded') ?? textAt(one, 'licenseDeclared'))),
  }
}

function afterColon(text: string): string {
  return text.slice(text.indexOf(':') + 1).trim()
}

/** One `Tag: value` a line (SPDX 2.3, chapter 6). */
function readTagValue(text: string): SbomDocument {
  const values = (tag: string): readonly string[] =>
    text.split('\n').flatMap((line) => (line.startsWith(`${tag}:`) ? [afterColon(line)] : []))
  const [name, created] = [values('DocumentName')[0], values('Created')[0]]
  return {
    format: 'SPDX',
    version: (values('SPDXVersion')[0] ?? '').replace(/^SPDX-/, ''),
    ...(name && { name }),
    ...(created && { created }),
    tools: values('Creator')
      .filter((creator) => creator.startsWith('Tool:'))
      .map(afterColon),
    packages: values('PackageName').length,
    licences: topOf(values('PackageLicenseConcluded')),
  }
}

function readCycloneDx(document: Readonly<Record<string, unknown>>): SbomDocument {
  const metadata = objectAt(document, 'metadata')
  const components = listAt(document, 'components')
  const tools = [...listAt(metadata, 'tools'), ...listAt(metadata['tools'], 'components')]
  const [version, name, created] = [
    textAt(document, 'specVersion'),
    textAt(objectAt(metadata, 'component'), 'name'),
    textAt(metadata, 'timestamp'),
  ]
  return {
    format: 'CycloneDX',
    ...(version && { version }),
    ...(name && { name }),
    ...(created && { created }),
    tools: tools.flatMap(
      (tool) => [textAt(tool, 'name'), textAt(tool, 'version')].filter(Boolean).join(' ') || [],
    ),
    packages: components.length,
    licences: topOf(components.flatMap((one) => listAt(one, 'licenses').map(cycloneLicence))),
  }
}

function cycloneLicence(item: unknown): string | undefined {
  const licence = objectAt(item, 'license')
  return textAt(item, 'expression') ?? textAt(licence, 'id') ?? textAt(licence, 'name')
}

function readSyft(document: Readonly<Record<string, unknown>>): SbomDocument {
  const descriptor = objectAt(document, 'descriptor')
  const artifacts = listAt(document, 'artifacts')
  const [version, name] = [
    textAt(objectAt(document, 'schema'), 'version'),
    textAt(objectAt(document, 'source'), 'name'),
  ]
  const licences = artifacts.flatMap((one) =>
    listAt(one, 'licenses').map((item) => (isJsonObject(item) ? textAt(item, 'value') : String(item))),
  )
  return {
    format: 'Syft',
    ...(version && { version }),
    ...(name && { name }),
    tools: [[textAt(descriptor, 'name'), textAt(descriptor, 'version')].filter(Boolean).join(' ')].filter(
      Boolean,
    ),
    packages: artifacts.length,
    licences: topOf(licences),
  }
}

function topOf(licences: readonly (string | undefined)[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const licence of licences)
    if (licence !== undefined && licence !== 'NOASSERTION' && licence !== 'NONE')
      counts.set(licence, (counts.get(licence) ?? 0) + 1)
  return [...counts]
    .toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .slice(0, shownLicences)
    .map(([licence, count]) => `${licence} (${count})`)
}
