import {
  type Artifact,
  type Finding,
  isArtifact,
  isOcishError,
  type KindContext,
  type OcishError,
  type Source,
} from '@ocish/sdk'
import { canonical, type KeyNotice } from './canonical.ts'
import { typeFaults } from './check.ts'
import { classify, type Sensitive } from './classify.ts'
import { consentItems } from './consent.ts'
import { type Document, type Node, type ObjectNode, parseDocument } from './document.ts'
import { fields, legacyFieldNameOf } from './fields.ts'
import { artifactType } from './model.ts'
import { publishOptions } from './options.ts'
import { formatPath, type Path } from './paths.ts'
import { readSource } from './pack.ts'
import { readLayer, toModel } from './read.ts'
import { remarks } from './rules.ts'

/** A file before it is published is judged by what publishing would do to it; an artifact by what was published. */
type Side = 'source' | 'artifact'

/**
 * All findings about a file or an artifact, each with its line. What makes further reading pointless (no JSON, no
 * object) is a finding, too. Errors: those of reading the bytes, but for a configuration that is no one.
 */
export async function* validate(input: Artifact | Source, context: KindContext): AsyncGenerator<Finding> {
  const side: Side = isArtifact(input) ? 'artifact' : 'source'
  const bytes = await orFinding(() =>
    isArtifact(input) ? readLayer(input, context.signal) : readSource(input, context.signal),
  )
  if (!(bytes instanceof Uint8Array)) {
    yield bytes
    return
  }
  if (isArtifact(input) && input.artifactType !== artifactType && input.manifest.form !== 'index') {
    const message = `the artifact type is ${input.artifactType ?? 'absent'}, not ${artifactType}`
    yield { severity: 'warning', code: 'ARTIFACT_TYPE', path: '', message }
  }
  const document = await orFinding(() => parseDocument(decode(bytes)))
  if ('severity' in document) yield document
  else yield* documentFindings(document, side, context)
}

function* documentFindings(document: Document, side: Side, context: KindContext): Generator<Finding> {
  const { root, trailing } = document
  if (trailing !== undefined) yield trailingFinding(trailing, side)
  if (root.type !== 'object') {
    const message = 'a run configuration is a JSON object'
    yield { severity: 'error', code: 'TYPE_MISMATCH', path: '', line: root.line, message }
    return
  }
  const notices: KeyNotice[] = []
  const config = canonical(root, (notice) => notices.push(notice))
  yield* notices.map(keyFinding)
  const faults = typeFaults(config)
  for (const fault of faults) yield { severity: 'error', code: 'TYPE_MISMATCH', ...fault }
  // What follows reads the values by their types.
  if (faults.length > 0) return
  const model = toModel(config)
  const lines = linesOf(config)
  for (const remark of remarks(model)) yield withLine(remark, lines)
  yield* sensitiveFindings(config, side, context)
  for (const { code, path, level, message } of consentItems(model)) {
    if (code === 'CONSENT_IMAGE_NOT_PINNED') continue
    yield withLine({ severity: level === 'danger' ? 'warning' : 'info', code, path, message }, lines)
  }
}

function trailingFinding(line: number, side: Side): Finding {
  const message = 'text after the end of the JSON is ignored'
  if (side === 'source') return { severity: 'warning', code: 'JSON_TRAILING', path: '', line, message }
  return {
    severity: 'error',
    code: 'JSON_TRAILING',
    path: '',
    line,
    message: 'text after the end of the JSON',
  }
}

function keyFinding({ code, path, line, key, name }: KeyNotice): Finding {
  if (code === 'KEY_DUPLICATE') {
    return { severity: 'warning', code, path, line, message: 'given more than once: the last one counts' }
  }
  if (code === 'KEY_CASE') {
    const message = `read as ${name ?? key}`
    return { severity: 'warning', code, path, line, message, hint: `Write ${name ?? key}.` }
  }
  const near = path === key ? nearestField(key) : undefined
  const hint = near === undefined ? {} : { hint: `Write ${near} if that is meant.` }
  return {
    severity: 'info',
    code,
    path,
    line,
    message: 'not a known field: kept, and ignored by ToolHive',
    ...hint,
  }
}

/** A known field that differs only in separators, or by one letter. */
function nearestField(key: string): string | undefined {
  const same = legacyFieldNameOf(fields, key.replaceAll(/[^A-Za-z\d]/g, ''))
  if (same !== undefined) return same
  const lower = key.toLowerCase()
  return Object.keys(fields).find((name) => name.length > 4 && oneEditApart(name, lower))
}

function oneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start += 1
  const [restA, restB] = [a.slice(start), b.slice(start)]
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)
}

function* sensitiveFindings(config: ObjectNode, side: Side, context: KindContext): Generator<Finding> {
  const options = publishOptions(context)
  // The author of an artifact chose its variables; only what is a secret in itself is worth a word.
  const allowed = side === 'source' ? options : { ...options, allowEnv: anyName, keepHostPaths: true }
  for (const sensitive of classify(config, allowed)) {
    if (side === 'source') yield sourceFinding(sensitive, options.strict)
    else if (sensitive.sensitivity === 'never') yield publishedFinding(sensitive)
  }
}

const anyName: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true })

function sourceFinding(
  { path, line, sensitivity, action, what, option }: Sensitive,
  strict: boolean,
): Finding {
  const where = { path: formatPath(path), line }
  if (sensitivity === 'never' && (action === 'refuse' || strict)) {
    const hint = 'Store it with thv secret set NAME and refer to it as NAME,target=VARIABLE in secrets.'
    return { severity: 'error', code: 'SECRET_REFUSED', ...where, message: `${what}: push refuses it`, hint }
  }
  const message = `${what}: ${strict ? 'published all the same' : 'left out by push'}`
  const hint = option === undefined || strict ? {} : { hint: `Publish it with ${option}.` }
  if (sensitivity === 'never')
    return { severity: 'warning', code: 'SECRET_LEFT_OUT', ...where, message, ...hint }
  return { severity: 'info', code: 'HOST_VALUE', ...where, message, ...hint }
}

function publishedFinding({ path, line, what }: Sensitive): Finding {
  const hint = 'Treat it as known to others: replace it where it is valid, and publish without it.'
  return { severity: 'error', code: 'SECRET_PUBLISHED', path: formatPath(path), line, message: what, hint }
}

function withLine(finding: Finding, lines: ReadonlyMap<string, number>): Finding {
  const line = lines.get(finding.path) ?? lines.get('')
  return line === undefined ? finding : { ...finding, line }
}

/** The line of every value by its path; the top is ''. */
function linesOf(config: ObjectNode): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  const visit = (node: Node, path: Path): void => {
    lines.set(formatPath(path), node.line)
    if (node.type === 'object') for (const { key, value } of node.members) visit(value, [...path, key])
    if (node.type === 'array') for (const [at, item] of node.items.entries()) visit(item, [...path, at])
  }
  visit(config, [])
  return lines
}

async function orFinding<T>(act: () => T | Promise<T>): Promise<T | Finding> {
  try {
    return await act()
  } catch (failure) {
    if (!isOcishError(failure) || !failure.code.startsWith('KIND_')) throw failure
    return asFinding(failure)
  }
}

function asFinding({ code, message, hint, details }: OcishError): Finding {
  const line = details?.['line']
  return {
    severity: 'error',
    code: code === 'KIND_MISMATCH' ? code : 'JSON_INVALID',
    path: '',
    ...(typeof line === 'number' ? { line } : {}),
    message,
    ...(hint === undefined ? {} : { hint }),
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
