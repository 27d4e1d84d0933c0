import {
  isAwaitedChange,
  watchRounds,
  type Services,
  signatures,
  type WatchEvent,
  watchEvents,
} from '@ocish/host'
import { OcishError } from '@ocish/sdk'
import type { Call, Row } from '@ocish/shell'
import { sessionSignature, type SessionCommand, type SessionState } from './session-command.ts'

const browse: SessionCommand = {
  signature: sessionSignature({
    name: 'browse',
    summary: 'walk through registries, repositories, tags and files on the whole screen',
    params: [{ name: 'location', type: 'location', optional: true, summary: 'where to begin' }],
    examples: [{ line: 'browse ghcr.io/team', note: 'p pulls, c copies, : takes it to the prompt' }],
  }),
  // oxlint-disable-next-line require-yield -- it shows a screen and gives nothing
  async *run(call, state, services) {
    const said = call.args['location']
    const location = typeof said === 'string' ? state.resolve(said) : state.context
    const actions = {
      beside: (line: string) => state.beside(line),
      job: (id: number) => state.jobs.find(id),
      wait: async (id: number, signal: AbortSignal) => state.jobs.wait(id, signal),
    }
    await state.fullScreen({ type: 'browse', location, services, actions, signal: call.signal })
  },
}

/** As scripts have it, with a screen and with jobs. */
const watch: SessionCommand = {
  signature: signatures.find(({ name }) => name === 'watch')!,
  async *run(call, state, services) {
    const events = eventsOf(call, state, services)
    if (!state.canShow()) {
      yield* events.stream()
      return { exit: 0 }
    }
    const seen = await events.shown()
    yield* seen
    return { exit: call.flags['until'] === undefined || seen.some((event) => events.isOver(event)) ? 0 : 1 }
  },
}

interface Events {
  /** It is what somebody waits for. */
  isOver(event: WatchEvent): boolean
  /** As they happen. */
  stream(): AsyncGenerator<WatchEvent, void>
  /** On the whole screen; answers what happened meanwhile. */
  shown(): Promise<readonly WatchEvent[]>
}

function eventsOf(call: Call, state: SessionState, services: Services): Events {
  const { every, until } = call.flags
  const line = call.flags['on-change']
  const location = String(call.args['location'])
  const options = { location, every: typeof every === 'number' ? every : 0, services }
  // What it says wrong is told before anything is asked.
  if (typeof line === 'string') state.check(line, ['it'])
  const isOver = (event: WatchEvent): boolean => isAwaitedChange(event, until)
  const follow = (event: WatchEvent): void => {
    if (typeof line !== 'string') return
    const [before, now] = [event.old, event.new].map((row) => (row === undefined ? undefined : exact(row)))
    state.beside(line, { it: { ...event, old: before, new: now } })
  }
  return {
    isOver,
    async *stream() {
      for await (const event of watchEvents({ ...options, signal: call.signal }, until)) {
        follow(event)
        yield event
      }
    },
    async shown() {
      const seen: WatchEvent[] = []
      const left = new AbortController()
      const signal = AbortSignal.any([call.signal, left.signal])
      const title = `watch ${location} every ${options.every / 1000} s`
      const take = (event: WatchEvent): void => {
        seen.push(event)
        follow(event)
        if (isOver(event)) left.abort(new OcishError('INTERRUPTED', 'it happened'))
      }
      await state.fullScreen({
        type: 'watch',
        title,
        rounds: watchRounds({ ...options, signal }),
        take,
        left,
        signal,
      })
      call.signal.throwIfAborted()
      return seen
    },
  }
}

/** What a tag stood for, by its digest: the tag itself has moved on. */
function exact(row: Row): Row {
  const { ref, digest } = row
  if (typeof ref !== 'string' || typeof digest !== 'string' || ref.includes('@')) return row
  return { ...row, ref: `${ref}@${digest}` }
}

export const screenCommands: readonly SessionCommand[] = [browse, watch]
