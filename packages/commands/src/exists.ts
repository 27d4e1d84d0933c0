import { hasCode } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { textArgs } from './call-values.ts'
import { expandRefs } from './expand-refs.ts'
import { mapOrdered } from './map-ordered.ts'
import { openArtifact } from './open-artifact.ts'
import type { Services } from './services.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  let missing = 0
  const checks = mapOrdered(
    await expandRefs(textArgs(call, 'ref'), services, call.signal),
    services.options.concurrency,
    (text) => check(text, services, call.signal),
  )
  for await (const row of checks) {
    if (row['ok'] !== true) missing++
    yield row
  }
  return missing > 0 ? { exit: 1 } : undefined
}

const notThere = ['MANIFEST_NOT_FOUND', 'TAG_NOT_FOUND', 'REPOSITORY_NOT_FOUND', 'FILE_NOT_FOUND']

/** Only "not there" is an answer; everything else is a failure. */
async function check(subject: string, services: Services, signal: AbortSignal): Promise<Row> {
  try {
    const artifact = await openArtifact(subject, services, signal, 'check')
    const { descriptor } = await artifact.registry.statManifest(artifact.repository, artifact.reference, {
      signal,
    })
    return { subject, check: 'exists', ok: true, detail: descriptor.digest }
  } catch (error) {
    if (!hasCode(error, ...notThere)) throw error
    return { subject, check: 'exists', ok: false, detail: error.message }
  }
}
