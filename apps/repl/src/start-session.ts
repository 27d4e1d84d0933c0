import { constants } from 'node:os'
import { promptText } from './layout/buffer-rows.ts'
import type { StartOptions } from './session/session-options.ts'
import { Keyboard } from './terminal/keyboard.ts'
import { lookOf } from './terminal/look.ts'
import { restoredAtExit } from './terminal/restore.ts'

/**
 * A session on this process's terminal; resolves with the status to leave with. The prompt is there at once, and keys
 * are kept, before anything else is loaded.
 */
export async function startSession(options: StartOptions): Promise<number> {
  if (isPlain(options, process.env)) {
    const { plainSession } = await import('./plain/plain-session.ts')
    return plainSession(options)
  }
  const { stdin, stdout } = process
  using scope = new DisposableStack()
  let isStuck = false
  // The last thing of all: what takes no notice of being ended would keep the process for ever.
  scope.defer(() => {
    if (isStuck) process.kill(process.pid, 'SIGTERM')
  })
  scope.use(restoredAtExit(stdin, stdout))
  const keyboard = new Keyboard(stdin, stdout)
  keyboard.start()
  scope.defer(() => keyboard.close())
  const look = lookOf(stdout.columns, options.flags ?? {}, process.env)
  stdout.write(promptText(options.context ?? '', { failed: false, jobs: 0 }, look).text)
  const [{ Interactive }, { loadView }] = await Promise.all([
    import('./session/interactive.ts'),
    import('./view/load.ts'),
  ])
  const front = new Interactive(keyboard, stdout, options)
  scope.use(endedBySignals((status) => front.end(status)))
  scope.use(closedTerminal(stdout, () => front.end(143)))
  const [mount] = await Promise.all([loadView(), front.open()])
  // The frame takes the place of what was painted first.
  stdout.write('\r\u001B[2K')
  const view = await mount(front, stdin, stdout)
  const status = await front.run(view)
  await view.end()
  isStuck = front.isStuck
  return status
}

/** Words in order, no cursor movement: for screen readers and terminals that can do nothing else. */
function isPlain(options: StartOptions, env: NodeJS.ProcessEnv): boolean {
  return (
    options.plain === true ||
    env['TERM'] === 'dumb' ||
    env['OCISH_PLAIN'] === '1' ||
    env['INK_SCREEN_READER'] === 'true'
  )
}

/** Writing to a terminal that is gone fails; that is no exception, it is the end. */
function closedTerminal(stdout: NodeJS.WriteStream, leave: () => void): Disposable {
  stdout.on('error', leave)
  process.stderr.on('error', leave)
  return {
    // Whatever is still written to it fails the same way.
    [Symbol.dispose]: () => undefined,
  }
}

/** A terminal that was closed and whoever asks the process to end. */
function endedBySignals(leave: (status: number) => void): Disposable {
  // Not once: Ink ends the process itself when it finds nobody else listening.
  const listeners = (['SIGHUP', 'SIGTERM'] as const).map((signal) => {
    const listener = (): void => leave(128 + constants.signals[signal])
    process.on(signal, listener)
    return () => process.removeListener(signal, listener)
  })
  return {
    [Symbol.dispose]: () => {
      for (const remove of listeners) remove()
    },
  }
}
