import { OcishError } from '@ocish/sdk'
import { isSet, numberFlag, textArg, textFlag } from './call-values.ts'
import { isDigestTag } from './hidden-tags.ts'
import { tagRows } from './tag-rows.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const opened = await services.open(textArg(call, 'repository'), 'read')
  const match = pattern(textFlag(call, 'match'))
  const since = numberFlag(call, 'since')
  const all = opened.registry.tags(opened.repository, { signal: call.signal })
  const wanted = select(all, (tag) => (isSet(call, 'all') || !isDigestTag(tag)) && match(tag))
  const after = since === undefined ? {} : { after: new Date(Date.now() - since) }
  yield* tagRows(opened, wanted, call, services, after)
}

function pattern(text: string | undefined): (tag: string) => boolean {
  if (text === undefined) return () => true
  try {
    const regex = new RegExp(text, 'u')
    return (tag) => regex.test(tag)
  } catch (cause) {
    throw new OcishError('USAGE_INVALID_VALUE', `--match ${text} is not a regular expression`, { cause })
  }
}

async function* select(
  tags: AsyncIterable<string>,
  keep: (tag: string) => boolean,
): AsyncGenerator<string, void> {
  for await (const tag of tags) if (keep(tag)) yield tag
}
