import { isSet, numberFlag, textArg, textFlag } from './call-values.ts'
import { isDigestTag } from './hidden-tags.ts'
import { missingRepository } from './missing-repository.ts'
import { tagFilter } from './tag-filter.ts'
import { tagRows } from './tag-rows.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const opened = await services.open(textArg(call, 'repository'), 'read')
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

async function* select(
  tags: AsyncIterable<string>,
  keep: (tag: string) => boolean,
): AsyncGenerator<string, void> {
  for await (const tag of tags) if (keep(tag)) yield tag
}
