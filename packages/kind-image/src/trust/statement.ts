import { type FieldValue, isJsonObject } from '@ocish/sdk'
import { listAt, objectAt, parseObject, textAt } from '../read-part.ts'

/** What an in-toto statement says (specs: trust §4.3, §5.2). Nothing of it is verified. */
export interface Statement {
  readonly predicateType: string
  /** `sha256:…`, at most as many as are shown. */
  readonly subjects: readonly string[]
  readonly subjectCount: number
  /** Of the first subject: what cosign 3 takes for claims. */
  readonly claims: Readonly<Record<string, string>>
  /** Facts of the predicate, in the order they are shown. */
  readonly facts: readonly { readonly label: string; readonly value: FieldValue }[]
}

const shownSubjects = 5

/** Kinds of predicate by the type of the statement. */
const predicates: readonly (readonly [RegExp, string])[] = [
  [/^https:\/\/sigstore\.dev\/cosign\/sign\//, 'signature'],
  [/^https:\/\/slsa\.dev\/provenance\//, 'provenance'],
  [/^https:\/\/(?:spdx\.dev\/Document|cyclonedx\.org\/bom)/, 'sbom'],
  [/^https:\/\/cosign\.sigstore\.dev\/attestation\/vuln\//, 'vulnerability report'],
  [/^https:\/\/openvex\.dev\//, 'vex'],
]

/** `provenance`, `sbom`, …; else `attestation`. */
export function predicateKind(predicateType: string): string {
  return predicates.find(([pattern]) => pattern.test(predicateType))?.[1] ?? 'attestation'
}

/** Reads a statement. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export function parseStatement(bytes: Uint8Array): Statement {
  const document = parseObject(bytes, 'the statement')
  const subjects = listAt(document, 'subject')
  const predicateType = textAt(document, 'predicateType') ?? ''
  const annotations = objectAt(subjects[0], 'annotations')
  const claims = Object.entries(annotations).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  )
  return {
    predicateType,
    subjects: subjects.slice(0, shownSubjects).map(subjectText),
    subjectCount: subjects.length,
    claims: Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(claims)),
    facts: factsOf(predicateType, document['predicate']),
  }
}

function subjectText(subject: unknown): string {
  const name = textAt(subject, 'name')
  const [algorithm, hex] = Object.entries(objectAt(subject, 'digest'))[0] ?? []
  const digest = typeof hex === 'string' ? `${algorithm}:${hex}` : 'no digest'
  return name === undefined ? digest : `${digest} ${name}`
}

type Facts = Statement['facts']

function factsOf(predicateType: string, predicate: unknown): Facts {
  switch (predicateKind(predicateType)) {
    case 'provenance':
      return provenance(predicate)
    case 'sbom':
      return isJsonObject(predicate) ? named([['document', textAt(predicate, 'name')]]) : []
    case 'vulnerability report':
      return vulnerabilities(predicate)
    case 'vex':
      return vex(predicate)
    default:
      return []
  }
}

/** SLSA 1 and 0.2 under the same labels. */
function provenance(predicate: unknown): Facts {
  const definition = objectAt(predicate, 'buildDefinition')
  const run = objectAt(predicate, 'runDetails')
  const old = objectAt(predicate, 'invocation')
  const metadata = { ...objectAt(predicate, 'metadata'), ...objectAt(run, 'metadata') }
  const [source] = [...listAt(definition, 'resolvedDependencies'), ...listAt(predicate, 'materials')]
  const digest = Object.entries(objectAt(source, 'digest'))[0]?.join(':')
  return named([
    ['builder', textAt(objectAt(run, 'builder'), 'id') ?? textAt(objectAt(predicate, 'builder'), 'id')],
    ['build type', textAt(definition, 'buildType') ?? textAt(predicate, 'buildType')],
    ['source', textAt(source, 'uri') ?? textAt(objectAt(old, 'configSource'), 'uri')],
    ['source digest', digest],
    ['invocation', textAt(metadata, 'invocationId') ?? textAt(metadata, 'buildInvocationID')],
    ['started', textAt(metadata, 'startedOn') ?? textAt(metadata, 'buildStartedOn')],
    ['finished', textAt(metadata, 'finishedOn') ?? textAt(metadata, 'buildFinishedOn')],
  ])
}

function vulnerabilities(predicate: unknown): Facts {
  const scanner = objectAt(predicate, 'scanner')
  return named([
    ['scanner', [textAt(scanner, 'uri'), textAt(scanner, 'version')].filter(Boolean).join(' ')],
    ['database', textAt(objectAt(scanner, 'db'), 'lastUpdate')],
    ['scanned', textAt(objectAt(predicate, 'metadata'), 'scanFinishedOn')],
  ])
}

function vex(predicate: unknown): Facts {
  const counts = new Map<string, number>()
  for (const statement of listAt(predicate, 'statements')) {
    const status = textAt(statement, 'status') ?? 'unknown'
    counts.set(status, (counts.get(status) ?? 0) + 1)
  }
  return [...counts].map(([status, count]) => ({ label: status, value: count }))
}

function named(pairs: readonly (readonly [string, string | undefined])[]): Facts {
  return pairs.flatMap(([label, value]) => (value === undefined || value === '' ? [] : [{ label, value }]))
}
