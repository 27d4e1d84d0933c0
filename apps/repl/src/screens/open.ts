import type { Emission } from '@ocish/shell'
import type { FullScreenProgram } from '../commands/session-command.ts'
import { BrowseScreen } from './browse-screen.ts'
import { type ScreenTerminal, show } from './driver.ts'
import { ViewScreen } from './view-screen.ts'
import { WatchScreen } from './watch-screen.ts'

/** What a full-screen program leaves behind. */
export interface Left {
  /** The lines that equal what was done in it. */
  readonly lines: readonly string[]
  /** What stands at the prompt next. */
  readonly text?: string
}

/** Runs a full-screen program. */
export async function openScreen(program: FullScreenProgram, terminal: ScreenTerminal): Promise<Left> {
  if (program.type === 'watch') {
    await watch(program, terminal)
    return { lines: [] }
  }
  const { location, services, signal } = program
  const { actions } = program
  const screen = new BrowseScreen({ location, services, actions, signal })
  await show(screen, terminal, signal)
  const { lines, text } = screen
  return text === undefined ? { lines } : { lines, text }
}

async function watch(
  { title, rounds, take, left, signal }: Extract<FullScreenProgram, { type: 'watch' }>,
  terminal: ScreenTerminal,
): Promise<void> {
  const screen = new WatchScreen(title, () => left.abort())
  const asking = (async () => {
    for await (const round of rounds) {
      screen.take(round)
      if ('events' in round) for (const event of round.events) take(event)
    }
  })()
  // A line that cannot run at a change ends it.
  asking.catch(() => left.abort())
  await show(screen, terminal, signal)
  left.abort()
  await asking
}

/** Shows what a pipe gives. Errors: those of the pipe. */
export async function viewRows({ edge }: Emission, terminal: ScreenTerminal): Promise<void> {
  const types = edge.form === 'rows' ? edge.types : []
  const columns = types.flatMap((type) =>
    type.columns.filter((column) => column.hidden !== true && column.lazy !== true),
  )
  const screen = new ViewScreen(columns)
  const stop = new AbortController()
  let failure: { readonly error: unknown } | undefined
  const reading = screen.read(edge).catch((error: unknown) => {
    failure = { error }
    stop.abort()
  })
  await show(screen, terminal, stop.signal)
  if (failure !== undefined) throw failure.error
  void reading
}
