import { type Finding, hasCode, OcishError } from '@ocish/sdk'
import type { Call, Outcome } from '@ocish/shell'
import { artifactKind } from './artifact-kind.ts'
import { isSet, textArg, textFlag } from './call-values.ts'
import { isLocalPath } from './is-local-path.ts'
import { kindOptions } from './kind-options.ts'
import { graphFindings } from './graph-findings.ts'
import { openArtifact, readRoot, type Named, type ReadManifest } from './open-artifact.ts'
import type { Services } from './services.ts'
import { sourceKind } from './source-kind.ts'
import { tagFindings } from './tag-findings.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const text = textArg(call, 'subject')
  const path = await localPath(text, services)
  const findings =
    path === undefined ? artifactFindings(text, call, services) : sourceFindings(path, call, services)
  return yield* counted(findings, isSet(call, 'strict'), services)
}

async function* counted(
  findings: AsyncIterable<Finding>,
  strict: boolean,
  services: Services,
): AsyncGenerator<Finding, Outcome | void> {
  let all = 0
  let bad = 0
  for await (const finding of findings) {
    all++
    if (finding.severity === 'error' || (strict && finding.severity === 'warning')) bad++
    yield finding
  }
  if (all === 0) services.note('nothing to remark')
  return bad > 0 ? { exit: 1 } : undefined
}

/** A local path, written as one or simply there. */
async function localPath(text: string, services: Services): Promise<string | undefined> {
  try {
    const location = services.locate(text)
    if (location.scheme === 'path') return location.path
    if (location.scheme !== 'registry') return undefined
  } catch (error) {
    if (await isLocalPath(text, services)) return text
    throw error
  }
  return (await isLocalPath(text, services)) ? text : undefined
}

async function* sourceFindings(path: string, call: Call, services: Services): AsyncGenerator<Finding, void> {
  const as = textFlag(call, 'as')
  const source = await services.source(path)
  const info = await sourceKind(source, as, services)
  if (info === undefined) {
    throw new OcishError('KIND_UNKNOWN', `no kind recognises ${path}`, {
      hint: 'Say with --as which kind it is.',
    })
  }
  if (as === undefined) services.note(`${path} is taken as ${info.name}`)
  const kind = await services.kinds.load(info.name)
  if (kind.validate === undefined) throw noValidation(info.name)
  yield* kind.validate(
    source,
    services.kinds.context(kind, kindOptions(call, info, services.kinds.list()), call.signal),
  )
}

async function* artifactFindings(
  text: string,
  call: Call,
  services: Services,
): AsyncGenerator<Finding, void> {
  const artifact = await openArtifact(text, services, call.signal)
  yield* tagFindings(artifact, call.signal)
  let read: ReadManifest
  try {
    read = await readRoot(artifact, call.signal)
  } catch (error) {
    if (!hasCode(error, 'MANIFEST_INVALID', 'DIGEST_MISMATCH', 'LIMIT_EXCEEDED')) throw error
    yield { severity: 'error', code: error.code, path: '', message: error.message }
    return
  }
  yield* graphFindings(artifact, read, call.signal)
  yield* kindFindings(artifact, read, call, services)
}

async function* kindFindings(
  artifact: Named,
  read: ReadManifest,
  call: Call,
  services: Services,
): AsyncGenerator<Finding, void> {
  const info = await artifactKind(artifact, read, call, services)
  const options = kindOptions(call, info, services.kinds.list())
  if (info === undefined) return
  const kind = await services.kinds.load(info.name)
  const content = services.kinds.artifact(artifact, read.content, call.signal)
  const context = services.kinds.context(kind, options, call.signal)
  if (kind.validate !== undefined) {
    yield* kind.validate(content, context)
    return
  }
  try {
    await services.kinds.read(kind, content, context)
  } catch (error) {
    if (!hasCode(error, 'KIND_INPUT_INVALID', 'KIND_MISMATCH')) throw error
    yield { severity: 'error', code: error.code, path: '', message: error.message }
  }
}

function noValidation(name: string): OcishError {
  return new OcishError('UNSUPPORTED', `the kind ${name} has no validation`)
}
