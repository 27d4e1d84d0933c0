import { OcishError } from '@ocish/sdk'
import type { Call, Row } from '@ocish/shell'
import { textArgs } from './call-values.ts'
import { eachItem } from './each-item.ts'
import type { Services } from './services.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  return yield* eachItem(
    textArgs(call, 'ref'),
    (text) => removeBlob(text, call, services),
    (text, error) => ({ op: 'delete-blob', ref: text, reason: error.message, status: 'failed' }),
  )
}

async function* removeBlob(text: string, call: Call, services: Services): AsyncGenerator<Row, void> {
  const { signal } = call
  const { registry, repository, digest, display } = await services.open(text, 'delete')
  if (digest === undefined) {
    throw new OcishError('REFERENCE_INVALID', `${text} names no blob`, { hint: 'Write REPOSITORY@DIGEST.' })
  }
  await registry.statBlob(repository, digest, { signal })
  const row = { op: 'delete-blob', ref: `${display}@${digest}`, digest }
  if (services.options.dryRun) {
    yield { ...row, status: 'planned' }
    return
  }
  await services.confirm(`Delete the blob ${digest} in ${display}, and break the manifests that refer to it?`)
  await registry.deleteBlob(repository, digest, { signal })
  await registry.commit({ signal })
  yield { ...row, status: 'deleted' }
}
