import { OcishError } from '@ocish/sdk'
import { isSet, numberFlag, textArg, textFlag } from './call-values.ts'
import { splitPattern } from './expand-refs.ts'
import { isDigestTag } from './hidden-tags.ts'
import { missingRepository } from './missing-repository.ts'
import { hasGlob } from './name-glob.ts'
import type { Services } from './services.ts'
import { tagFilter } from './tag-filter.ts'
import { tagRows } from './tag-rows.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const text = textArg(call, 'repository')
  checkRepository(text, services)
  const opened = await services.open(text, 'read')
  const match = tagFilter(textFlag(call, 'match'))
  const since = numberFlag(call, 'since')
  const all = opened.registry.tags(opened.repository, { signal: call.signal })
  const wanted = select(all, (tag) => (isSet(call, 'all') || !isDigestTag(tag)) && match(tag))
  const after = since === undefined ? {} : { after: new Date(Date.now() - since) }
  try {
    yield* tagRows(opened, wanted, call, services, after)
  } catch (error) {
    throw await missingRepository(error, opened, call.signal)
  }
}

/** Errors: USAGE_INVALID_VALUE: it names one artifact, or a pattern for tags. */
function checkRepository(text: string, services: Services): void {
  const { repository, tag } = splitPattern(text)
  if (tag !== undefined && hasGlob(tag)) {
    throw new OcishError(
      'USAGE_INVALID_VALUE',
      `tags takes a repository, and ${text} is a pattern for tags`,
      {
        hint: `Write tags ${repository} --match '${tag}', or ls ${text}.`,
      },
    )
  }
  const location = services.locate(text)
  if (!('tag' in location) || (location.tag ?? location.digest) === undefined) return
  throw new OcishError(
    'USAGE_INVALID_VALUE',
    `tags takes a repository, and ${text} names an artifact in it`,
    {
      hint: `Leave out ${location.digest === undefined ? `:${location.tag}` : `@${location.digest}`}, or look at the artifact with describe ${text}.`,
    },
  )
}

async function* select(
  tags: AsyncIterable<string>,
  keep: (tag: string) => boolean,
): AsyncGenerator<string, void> {
  for await (const tag of tags) if (keep(tag)) yield tag
}
