import { fstatSync, statSync } from 'node:fs'
import { devNull } from 'node:os'

/** Whether standard input is a terminal. A file, a pipe and the null device are told apart without `node:tty`, which brings the network. */
export function inputIsTerminal(): boolean {
  return mayBeTerminal() && process.getBuiltinModule('node:tty').isatty(0)
}

function mayBeTerminal(): boolean {
  try {
    const input = fstatSync(0)
    return input.isCharacterDevice() && input.rdev !== statSync(devNull).rdev
  } catch {
    return true
  }
}
