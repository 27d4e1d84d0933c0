import { successors } from '@ocish/core'
import { type Annotations, type Descriptor, type Manifest } from '@ocish/sdk'
import type { Call, KeyValue } from '@ocish/shell'
import { numberFlag, textArg, textFlag } from './call-values.ts'
import { isDigestTag } from './hidden-tags.ts'
import { repositoriesBelow } from './repository-tree.ts'
import { tagFilter } from './tag-filter.ts'
import { type TagRowOptions, tagRows } from './tag-rows.ts'
import { copiedTags } from './tree-tasks.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const options = conditions(call)
  const match = tagFilter(textFlag(call, 'match'))
  for (const { place } of await repositoriesBelow(textArg(call, 'loc'), services, call.signal)) {
    const tags = copiedTags(place, { signal: call.signal, withReferrers: false })
    yield* tagRows(place, fitting(tags, match), call, services, options)
  }
}

async function* fitting(
  tags: AsyncIterable<string>,
  match: (tag: string) => boolean,
): AsyncGenerator<string, void> {
  for await (const tag of tags) if (!isDigestTag(tag) && match(tag)) yield tag
}

function conditions(call: Call): TagRowOptions {
  const kind = textFlag(call, 'kind')
  const since = numberFlag(call, 'since')
  const digest = textFlag(call, 'digest')
  const annotations = (call.flags['annotation'] ?? []) as readonly KeyValue[]
  const keep = (manifest: Manifest, root: Descriptor): boolean =>
    (digest === undefined || holds(manifest, root, digest)) &&
    annotations.every(({ key, value }) => annotationOf(manifest.annotations, key) === value)
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(since === undefined ? {} : { after: new Date(Date.now() - since) }),
    ...(digest === undefined && annotations.length === 0 ? {} : { keep }),
  }
}

function annotationOf(annotations: Annotations | undefined, key: string): string | undefined {
  return annotations !== undefined && Object.hasOwn(annotations, key) ? annotations[key] : undefined
}

function holds(manifest: Manifest, root: Descriptor, digest: string): boolean {
  return root.digest === digest || successors(manifest).some((part) => part.digest === digest)
}
