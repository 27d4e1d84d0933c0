import type { CopyOptions } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import type { Call, Row } from '@ocish/shell'
import { isSet, textArg, textArgs } from './call-values.ts'
import { copySettings, withReferrers } from './copy-settings.ts'
import {
  copiedRow,
  copyNow,
  type CopyTask,
  digestAt,
  plannedCopy,
  sourceRef,
  targetRef,
  transfer,
} from './copy-task.ts'
import { eachItem } from './each-item.ts'
import { expandRefs } from './expand-refs.ts'
import { isCopiedTag } from './hidden-tags.ts'
import { openArtifact, type Named } from './open-artifact.ts'
import { hasGlob } from './name-glob.ts'
import type { Opened, Services } from './services.ts'
import { lastName } from './source-name.ts'
import { treeTasks } from './tree-tasks.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const settings = copySettings(call, services)
  const written = new Set<Opened['registry']>()
  const tasks = isSet(call, 'recursive')
    ? await recursiveTasks(call, services)
    : await namedTasks(call, services)
  const outcome = yield* eachItem(
    tasks,
    (task) => copyOne(task, settings, call, services, written),
    (task, error) => ({
      ref: task.source,
      source: task.source,
      status: 'failed',
      reason: error.message,
    }),
    tagsAtOnce(call),
  )
  for (const registry of written) await registry.commit({ signal: call.signal })
  return outcome
}

/** Tags that a layout gets at the same time share one durable write of its `index.json`; none of them may be the same. */
function tagsAtOnce(call: Call): number {
  const [source = '', ...more] = textArgs(call, 'src')
  const isOneByOne = more.length > 0 || hasGlob(source) || !textArg(call, 'dst').startsWith('oci:')
  return !isOneByOne && (isSet(call, 'all-tags') || isSet(call, 'recursive')) ? 16 : 1
}

/** A copy that is opened when its turn comes. */
interface Task {
  /** As the person named it. */
  readonly source: string
  open(): Promise<CopyTask>
}

async function recursiveTasks(call: Call, services: Services): Promise<readonly Task[]> {
  const tasks: Task[] = []
  for (const text of textArgs(call, 'src')) {
    const found = treeTasks(text, textArg(call, 'dst'), services, {
      signal: call.signal,
      withReferrers: withReferrers(call),
    })
    for await (const task of found) {
      tasks.push({ source: `${task.from.display}:${task.from.reference}`, open: async () => task })
    }
  }
  if (tasks.length > 0) return tasks
  throw new OcishError(
    'REPOSITORY_NOT_FOUND',
    `there is no tag at or below ${textArgs(call, 'src').join(' ')}`,
  )
}

async function namedTasks(call: Call, services: Services): Promise<readonly Task[]> {
  const sources = await namedSources(call, services)
  const destination = textArg(call, 'dst')
  checkOneRepository(sources, destination)
  return sources.map((from) => ({
    source: from.location.text,
    open: async () => {
      const to = await services.open(destinationFor(from, destination), 'write')
      const tag = tagFor(from, to, destination, sources.length)
      return { from, to, ...(tag === undefined ? {} : { tag }) }
    },
  }))
}

async function namedSources(call: Call, services: Services): Promise<readonly Named[]> {
  const texts = await expandRefs(textArgs(call, 'src'), services, call.signal)
  const all: Named[] = []
  for (const text of texts) {
    all.push(
      ...(isSet(call, 'all-tags')
        ? await everyTag(text, call, services)
        : [await openArtifact(text, services, call.signal)]),
    )
  }
  return all
}

async function everyTag(text: string, call: Call, services: Services): Promise<readonly Named[]> {
  const opened = await services.open(text, 'read')
  if (opened.reference !== undefined) {
    throw new OcishError('USAGE_CONFLICT', `--all-tags takes a repository, and ${text} names an artifact`, {
      hint: 'Leave out the tag, or --all-tags.',
    })
  }
  const all: Named[] = []
  for await (const tag of opened.registry.tags(opened.repository, { signal: call.signal })) {
    if (isCopiedTag(tag, withReferrers(call))) all.push({ ...opened, reference: tag, tag })
  }
  return all
}

/** Several repositories cannot become one without a word: equal tags would overwrite each other. */
function checkOneRepository(sources: readonly Named[], destination: string): void {
  const repositories = new Set(sources.map((source) => source.display))
  if (repositories.size < 2 || destination.endsWith('/') || /^(?:oci|tar|docker-archive):/.test(destination))
    return
  throw new OcishError(
    'USAGE_CONFLICT',
    `${repositories.size} repositories cannot all become ${destination}`,
    { hint: `Write ${destination}/ to keep their names below it.` },
  )
}

async function* copyOne(
  item: Task,
  settings: CopyOptions,
  call: Call,
  services: Services,
  written: Set<Opened['registry']>,
): AsyncGenerator<Row, void> {
  const start = performance.now()
  const task = await item.open()
  const { to, tag } = task
  if (
    isSet(call, 'skip-existing') &&
    tag !== undefined &&
    (await digestAt(to, tag, call.signal)) !== undefined
  ) {
    yield transfer(targetRef(task), 0, start, { status: 'skipped', source: sourceRef(task) })
  } else if (services.options.dryRun) {
    yield* plannedCopy(task, services, call.signal)
  } else {
    const result = await copyNow(task, settings, services)
    written.add(to.registry)
    yield copiedRow(task, result, start)
  }
}

/** `NAMESPACE/` keeps the last name of the source. */
function destinationFor(from: Named, destination: string): string {
  return destination.endsWith('/') ? `${destination}${lastName(from.location)}` : destination
}

function tagFor(from: Named, to: Opened, destination: string, count: number): string | undefined {
  if (to.digest !== undefined) {
    throw new OcishError('USAGE_INVALID_VALUE', `${destination} names a digest, which the source decides`, {
      hint: 'Name a tag, or the repository alone.',
    })
  }
  if (to.tag !== undefined && count > 1) {
    throw new OcishError('USAGE_CONFLICT', `${count} sources cannot all become ${destination}`, {
      hint: 'Name the repository alone, or NAMESPACE/.',
    })
  }
  return to.tag ?? from.tag ?? (from.digest === undefined ? from.reference : undefined)
}
