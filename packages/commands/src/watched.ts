import { setTimeout as pause } from 'node:timers/promises'
import { hasCode, type OcishError } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { loadCommand } from './load-command.ts'
import type { Services } from './services.ts'

/** Something happened to one thing of a watched place. */
export interface WatchEvent {
  readonly time: Date
  readonly change: 'new' | 'gone' | 'changed'
  readonly ref: string
  readonly old?: Row
  readonly new?: Row
}

/** What a place held when it was asked, and what happened since the time before. */
export type WatchRound =
  | { readonly rows: readonly Row[]; readonly events: readonly WatchEvent[] }
  | { readonly error: unknown }

/** What is watched, and how often. */
export interface WatchOptions {
  readonly location: string
  /** Milliseconds between two questions. */
  readonly every: number
  readonly services: Services
  readonly signal: AbortSignal
}

const rowLimit = 10_000
/** Milliseconds between two questions, at least. */
const shortest = 500

/** Asks again and again until the signal says so; a question that failed is a round too. Never throws. */
export async function* watchRounds(options: WatchOptions): AsyncGenerator<WatchRound, void> {
  const { signal } = options
  const every = Math.max(shortest, options.every)
  let before: ReadonlyMap<string, Row> | undefined
  while (!signal.aborted) {
    try {
      const rows = await held(options, before !== undefined)
      const now = new Map(rows.map((row) => [watchedName(row), row]))
      yield { rows, events: before === undefined ? [] : watchDifferences(before, now, new Date()) }
      before = now
    } catch (error) {
      if (signal.aborted) return
      yield { error }
    }
    await pause(every, undefined, { signal }).catch(() => undefined)
  }
}

/**
 * What happens, as it happens; ends after what `until` names (a change, or `any`). A failure that passes is a warning.
 * Errors: those of a question.
 */
export async function* watchEvents(options: WatchOptions, until: unknown): AsyncGenerator<WatchEvent, void> {
  const { location, services, signal } = options
  let hasAnswered = false
  for await (const round of watchRounds(options)) {
    if ('error' in round) {
      const { error } = round
      if (!passes(error, hasAnswered)) throw error
      services.warn(`${location} could not be asked, and is asked again: ${error.message}`)
      continue
    }
    hasAnswered = true
    for (const event of round.events) {
      yield event
      if (isAwaitedChange(event, until)) return
    }
  }
  signal.throwIfAborted()
}

/** The next question may have an answer. A host whose name nobody knows has to have answered before. */
function passes(error: unknown, hasAnswered: boolean): error is OcishError {
  if (hasCode(error, 'NETWORK_TIMEOUT', 'REGISTRY_UNAVAILABLE', 'REGISTRY_RATE_LIMITED')) return true
  return hasCode(error, 'NETWORK_FAILED') && (hasAnswered || error.details?.['reason'] !== 'ENOTFOUND')
}

/** It is what `--until` waits for. */
export function isAwaitedChange({ change }: WatchEvent, until: unknown): boolean {
  return until === 'any' || change === until
}

/** What a row is called: its reference, or all of it. */
export function watchedName(row: Row): string {
  const { ref, host } = row
  return typeof ref === 'string' ? ref : typeof host === 'string' ? host : JSON.stringify(row)
}

/** What happened between two rounds; names are those of `watchedName`, `time` is when the second was asked. */
export function watchDifferences(
  before: ReadonlyMap<string, Row>,
  now: ReadonlyMap<string, Row>,
  time: Date,
): readonly WatchEvent[] {
  const events: WatchEvent[] = []
  for (const [ref, row] of now) {
    const old = before.get(ref)
    if (old === undefined) events.push({ time, change: 'new', ref, new: row })
    else if (JSON.stringify(old) !== JSON.stringify(row))
      events.push({ time, change: 'changed', ref, old, new: row })
  }
  for (const [ref, old] of before) if (!now.has(ref)) events.push({ time, change: 'gone', ref, old })
  return events
}

/** What `ls` lists; of one tag, what it stands for. A tag that was there once and is not any more is nothing, and no error. */
async function held(
  { location, services, signal }: WatchOptions,
  wasThere: boolean,
): Promise<readonly Row[]> {
  const place = services.locate(location)
  if (place.scheme === 'registry' && place.tag !== undefined && place.inner === undefined)
    return stood(location, services, signal, wasThere)
  const command = (await loadCommand('ls'))!
  const call = { args: { location: [location] }, flags: {}, options: {}, signal }
  const rows: Row[] = []
  for await (const row of command.run(call, services)) {
    rows.push(row as Row)
    if (rows.length >= rowLimit) break
  }
  return rows
}

async function stood(
  location: string,
  services: Services,
  signal: AbortSignal,
  wasThere: boolean,
): Promise<readonly Row[]> {
  const opened = await services.open(location, 'read')
  try {
    const { descriptor } = await opened.registry.statManifest(opened.repository, opened.tag!, { signal })
    const { digest, mediaType, size } = descriptor
    return [{ ref: location, digest, mediaType, size }]
  } catch (error) {
    if (wasThere && hasCode(error, 'MANIFEST_NOT_FOUND')) return []
    throw error
  }
}
