import type { CopyOptions } from '@ocish/core'
import { exits, hasCode, isOcishError, type OcishError } from '@ocish/sdk'
import type { Call, Outcome, Row } from '@ocish/shell'
import { isSet, numberFlag, textArg, textFlag } from './call-values.ts'
import { copySettings, withReferrers } from './copy-settings.ts'
import { copyNow } from './copy-task.ts'
import { mapOrdered } from './map-ordered.ts'
import type { Opened, Services } from './services.ts'
import { shardOf } from './shard.ts'
import { planSync, type PlanOptions, type SyncCopy, type SyncDeletion, type SyncPlan } from './sync-plan.ts'
import { tagFilter } from './tag-filter.ts'
import { type RepositoryPair, repositoryPairs } from './tree-tasks.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const settings = copySettings(call, services)
  const options = planOptions(call, settings)
  const inShard = shardOf(textFlag(call, 'shard'))
  const pairs = await repositoryPairs(textArg(call, 'src'), textArg(call, 'dst'), services, call.signal)
  const sync = new Sync(call, services, settings)
  const plans = await sync.plan(
    pairs.filter(({ to }) => inShard(shardName(to))),
    options,
  )
  if (isSet(call, 'plan') || services.options.dryRun) {
    yield* sync.planned(plans)
  } else {
    await sync.confirm(plans)
    yield* sync.copies(plans)
    yield* sync.deletions(plans)
    await sync.commit()
  }
  yield* sync.failed()
  return sync.outcome(plans)
}

function planOptions(call: Call, settings: CopyOptions): PlanOptions {
  const since = numberFlag(call, 'since')
  return {
    signal: call.signal,
    withReferrers: withReferrers(call),
    skipExisting: isSet(call, 'skip-existing'),
    match: tagFilter(textFlag(call, 'match')),
    ...(since === undefined ? {} : { after: new Date(Date.now() - since) }),
    delete: isSet(call, 'delete'),
    isNarrowed: settings.platform !== undefined || settings.platforms !== undefined,
  }
}

/** The destination's whole name, the same in every process that shares the work. */
function shardName(to: Opened): string {
  return to.location.scheme === 'registry' ? to.display : to.repository
}

/** One run: what fails is a row, and the rest goes on. */
class Sync {
  readonly #call: Call
  readonly #services: Services
  readonly #settings: CopyOptions
  readonly #written = new Set<Opened['registry']>()
  readonly #unplanned: Row[] = []
  readonly #failures: OcishError[] = []
  #done = 0

  constructor(call: Call, services: Services, settings: CopyOptions) {
    this.#call = call
    this.#services = services
    this.#settings = settings
  }

  async plan(pairs: readonly RepositoryPair[], options: PlanOptions): Promise<readonly SyncPlan[]> {
    const plans: SyncPlan[] = []
    for (const pair of pairs) {
      try {
        // Within a repository several tags are asked for at once.
        plans.push(await planSync(pair, this.#services, options))
      } catch (error) {
        const failure = this.#note(error)
        const { display } = pair.to
        this.#unplanned.push({ op: 'copy', ref: display, reason: failure.message, status: 'failed' })
      }
    }
    return plans
  }

  *planned(plans: readonly SyncPlan[]): Generator<Row, void> {
    for (const { to, copies, deletions } of plans) {
      for (const copy of copies) yield { ...copyRow(to, copy), status: 'planned' }
      for (const deletion of deletions) yield { ...deletionRow(to, deletion), status: 'planned' }
    }
  }

  /** Errors: CONFIRMATION_REQUIRED. */
  async confirm(plans: readonly SyncPlan[]): Promise<void> {
    const all = plans.flatMap(({ to, deletions }) => deletions.map(({ tag }) => `${to.display}:${tag}`))
    if (all.length === 0) return
    const shown = all.slice(0, 5).join(', ')
    const more = all.length > 5 ? ` and ${all.length - 5} more` : ''
    await this.#services.confirm(
      `Delete ${all.length === 1 ? 'the tag' : `${all.length} tags`} ${shown}${more}?`,
    )
  }

  async *copies(plans: readonly SyncPlan[]): AsyncGenerator<Row, void> {
    const all = plans.flatMap((plan) => plan.copies.map((copy) => ({ plan, copy })))
    yield* mapOrdered(all, tagsAtOnce(plans), ({ plan, copy }) => this.#copy(plan, copy))
  }

  async #copy({ from, to }: SyncPlan, copy: SyncCopy): Promise<Row> {
    const { tag } = copy
    const row = copyRow(to, copy)
    try {
      const task = { from: { ...from, reference: tag, tag }, to, tag }
      const result = await copyNow(task, this.#settings, this.#services)
      this.#written.add(to.registry)
      this.#done += 1
      const nothing = result.descriptor.digest === copy.before
      return { ...row, digest: result.descriptor.digest, status: nothing ? 'existing' : 'done' }
    } catch (error) {
      return { ...row, reason: this.#note(error).message, status: 'failed' }
    }
  }

  async *deletions(plans: readonly SyncPlan[]): AsyncGenerator<Row, void> {
    for (const { to, deletions } of plans) {
      for (const deletion of deletions) yield await this.#delete(to, deletion)
    }
  }

  async #delete(to: Opened, deletion: SyncDeletion): Promise<Row> {
    const row = deletionRow(to, deletion)
    try {
      await to.registry.deleteTag(to.repository, deletion.tag, { signal: this.#call.signal })
      this.#written.add(to.registry)
      this.#done += 1
      return { ...row, status: 'deleted' }
    } catch (error) {
      return { ...row, reason: this.#note(error).message, status: 'failed' }
    }
  }

  async commit(): Promise<void> {
    for (const registry of this.#written) await registry.commit({ signal: this.#call.signal })
  }

  /** The repositories that could not be compared. */
  *failed(): Generator<Row, void> {
    yield* this.#unplanned
  }

  /** Errors: the first one, where nothing was done and nothing was in step. */
  outcome(plans: readonly SyncPlan[]): Outcome | undefined {
    const [first] = this.#failures
    if (first === undefined) return undefined
    const isAll = this.#done === 0 && plans.every(({ same }) => same === 0)
    if (isAll && plans.length + this.#unplanned.length === 1 && this.#failures.length === 1) throw first
    return { exit: exits.partial }
  }

  /** An expected failure of one item; anything else, and what ends the run, is thrown. */
  #note(error: unknown): OcishError {
    if (
      !isOcishError(error) ||
      this.#call.signal.aborted ||
      hasCode(error, 'INTERRUPTED', 'DEADLINE_EXCEEDED')
    )
      throw error
    this.#failures.push(error)
    return error
  }
}

/** Tags that a layout gets at the same time share one durable write of its `index.json`. */
function tagsAtOnce(plans: readonly SyncPlan[]): number {
  if (!plans.every(({ to }) => to.registry.abilities.concurrentWrites)) return 1
  return plans.every(({ to }) => to.location.scheme === 'oci') ? 16 : 3
}

function copyRow(to: Opened, { tag, digest, before }: SyncCopy): Row {
  const reason = before === undefined ? 'new' : `was ${before}`
  return { op: 'copy', ref: `${to.display}:${tag}`, digest, reason }
}

function deletionRow(to: Opened, { tag, digest }: SyncDeletion): Row {
  return { op: 'delete-tag', ref: `${to.display}:${tag}`, digest, reason: 'not at the source' }
}
