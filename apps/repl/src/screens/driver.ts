import type { Look, Text } from '@ocish/shell/text'
import type { KeyEvent } from '../keys/key-event.ts'

/** The terminal, as a program of the alternate screen gets it. */
export interface ScreenTerminal {
  readonly stdout: NodeJS.WriteStream
  look(): Look
  /** Where keys go until the program ends. */
  keys(take: (events: readonly KeyEvent[]) => void): void
}

/** Something that fills a screen. */
export interface Screen {
  /** True: it is over. */
  key(event: KeyEvent): boolean
  rows(columns: number, height: number, look: Look): readonly Text[]
  /** Calls back when there is something else to see; answers how to stop that. */
  onChange(call: () => void): () => void
}

const enter = '\u001B[?1049h\u001B[?25l'
const leave = '\u001B[?1049l\u001B[?25h'

/** Letters are keys here, however many came together. */
function single(event: KeyEvent): readonly KeyEvent[] {
  return event.type === 'text' ? Array.from(event.text, (text) => ({ type: 'text', text })) : [event]
}

/** Shows a screen until it is over, the signal says so, or its terminal goes away. */
export async function show(screen: Screen, terminal: ScreenTerminal, signal: AbortSignal): Promise<void> {
  const { stdout } = terminal
  const { promise, resolve } = Promise.withResolvers<void>()
  let soon: NodeJS.Immediate | undefined
  const paint = (): void => {
    soon = undefined
    const columns = stdout.columns || 80
    const height = stdout.rows || 24
    const rows = screen.rows(columns, height, terminal.look()).slice(0, height)
    stdout.write(
      `\u001B[?2026h\u001B[H${rows.map((row) => `${row}\u001B[K`).join('\r\n')}\u001B[J\u001B[?2026l`,
    )
  }
  const later = (): void => {
    soon ??= setImmediate(paint)
  }
  const restore = (): void => void stdout.write(leave)
  process.on('exit', restore)
  stdout.write(enter)
  stdout.on('resize', later)
  const unsubscribe = screen.onChange(later)
  const onAbort = (): void => resolve()
  signal.addEventListener('abort', onAbort, { once: true })
  terminal.keys((events) => {
    if (events.flatMap(single).some((event) => screen.key(event))) resolve()
    else later()
  })
  paint()
  try {
    if (!signal.aborted) await promise
  } finally {
    clearImmediate(soon)
    unsubscribe()
    stdout.off('resize', later)
    signal.removeEventListener('abort', onAbort)
    process.removeListener('exit', restore)
    restore()
  }
}
