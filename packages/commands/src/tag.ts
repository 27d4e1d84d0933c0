import { hasCode, OcishError } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { isSet, textArg, textArgs } from './call-values.ts'
import { openArtifact, readRoot, type Named } from './open-artifact.ts'
import { checkTag } from './tag-name.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const tags = textArgs(call, 'tag')
  for (const tag of tags) checkTag(tag)
  const artifact = await openArtifact(textArg(call, 'ref'), services, signal, 'write')
  const { content } = await readRoot(artifact, signal)
  const { digest, mediaType } = content.descriptor
  const moving = isSet(call, 'force') ? tags : await freeTags(artifact, tags, digest, signal)
  if (moving.length > 0 && !services.options.dryRun) {
    await artifact.registry.pushManifest(artifact.repository, content.bytes, {
      mediaType,
      tags: moving,
      digest,
      signal,
    })
    await artifact.registry.commit({ signal })
  }
  if (services.options.dryRun)
    services.note(moving.length === 0 ? 'nothing to move' : `dry run: ${moving.join(', ')} would point there`)
  for (const tag of tags) yield { ref: `${artifact.display}:${tag}`, tag, digest } satisfies Row
}

/** The tags that do not point there yet. Errors: TAG_EXISTS for one that points elsewhere. */
async function freeTags(
  artifact: Named,
  tags: readonly string[],
  digest: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = await Promise.all(tags.map((tag) => digestOf(artifact, tag, signal)))
  for (const [index, other] of found.entries()) {
    if (other === undefined || other === digest) continue
    throw new OcishError('TAG_EXISTS', `the tag ${tags[index]} of ${artifact.display} points to ${other}`, {
      hint: 'Add --force to move it.',
      details: { tag: tags[index], digest: other },
    })
  }
  return tags.filter((_, index) => found[index] === undefined)
}

async function digestOf(artifact: Named, tag: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { descriptor } = await artifact.registry.statManifest(artifact.repository, tag, { signal })
    return descriptor.digest
  } catch (error) {
    if (hasCode(error, 'MANIFEST_NOT_FOUND', 'TAG_NOT_FOUND')) return undefined
    throw error
  }
}
