/** Everything a session may have switched on, off: paste marks, kitty keys, cursor hidden, colours, alternate screen. */
const resetSequence: string = '\u001B[?2004l\u001B[<u\u001B[?25h\u001B[0m'

export const pasteOn: string = '\u001B[?2004h'
export const pasteOff: string = '\u001B[?2004l'

/** The terminal as it was, on every way out; also when the process ends without asking anybody. */
export function restoredAtExit(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): Disposable {
  const restore = (): void => {
    try {
      stdin.setRawMode(false)
    } catch {
      // The terminal is gone: there is nothing to restore.
    }
    try {
      stdout.write(resetSequence)
    } catch {
      // The same.
    }
  }
  process.on('exit', restore)
  return {
    [Symbol.dispose]: () => {
      process.removeListener('exit', restore)
      restore()
    },
  }
}
