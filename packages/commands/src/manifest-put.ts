import { collect } from '@ocish/core'
import { digestOf, isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import { textArg, textFlag, textFlags } from './call-values.ts'
import { inputFile } from './input-file.ts'
import { pushed } from './pushed.ts'
import { checkTag } from './tag-name.ts'
import type { Run } from './run.ts'

const limit = 8 * 1024 * 1024

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const more = textFlags(call, 'tag')
  for (const tag of more) checkTag(tag)
  const file = textArg(call, 'file')
  const input = await inputFile(file, call, services)
  const bytes = await collect(input.open(), { limit, what: file, signal })
  const mediaType = textFlag(call, 'media-type') ?? mediaTypeIn(bytes, file)
  const to = await services.open(textArg(call, 'ref'), 'write')
  const tags = [...new Set([...(to.tag === undefined ? [] : [to.tag]), ...more])]
  const digest = to.digest ?? digestOf(bytes)
  if (!services.options.dryRun) {
    await to.registry.pushManifest(to.repository, bytes, { mediaType, tags, digest, signal })
    await to.registry.commit({ signal })
  } else {
    services.note('dry run: nothing was pushed')
  }
  yield pushed(to, { digest, mediaType, size: bytes.length, tags })
}

function mediaTypeIn(bytes: Uint8Array, file: string): string {
  const body = parseJson(bytes, { what: file, code: 'MANIFEST_INVALID' })
  const type = isJsonObject(body) ? body['mediaType'] : undefined
  if (typeof type === 'string') return type
  throw new OcishError('USAGE_MISSING_ARGUMENT', `${file} does not say its media type`, {
    hint: 'Add --media-type TYPE.',
  })
}
