import { OcishError } from '@ocish/sdk'

/**
 * The first SIGINT, SIGTERM or SIGHUP cancels through `abort`; a second one ends the process the hard way, by the
 * signal's own effect. Dispose it, and the signals have that effect again.
 */
export function onSignals(abort: (reason: OcishError) => void): Disposable {
  const handlers = new Map<NodeJS.Signals, () => void>()
  const stop = (): void => {
    for (const [name, handler] of handlers) process.removeListener(name, handler)
    handlers.clear()
  }
  for (const [name, code, message] of signals) {
    const handler = (): void => {
      // What is left has no second chance: the default action is restored and asked for at the next signal.
      stop()
      abort(new OcishError(code, message))
    }
    handlers.set(name, handler)
    process.on(name, handler)
  }
  return { [Symbol.dispose]: stop }
}

const signals: readonly (readonly [NodeJS.Signals, string, string])[] = [
  ['SIGINT', 'INTERRUPTED', 'interrupted'],
  ['SIGTERM', 'TERMINATED', 'terminated'],
  ['SIGHUP', 'TERMINATED', 'the terminal was closed'],
]
