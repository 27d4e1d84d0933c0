import { readFileSync } from 'node:fs'
import { getPriority } from 'node:os'

/** Variables of the environment that change what is measured. */
const variables = ['TMPDIR', 'NODE_OPTIONS', 'UV_THREADPOOL_SIZE', 'OCISH_STORE']

/**
 * The command that made a table: with the priority and the variables it really ran with, and all its options; a program
 * of one's own is named as such, not by its path.
 */
export function commandLine(options: readonly string[]): string {
  const set = variables.flatMap((name) =>
    process.env[name] === undefined ? [] : [`${name}=${process.env[name]}`],
  )
  const said = options.map((option, at) => (options[at - 1] === '--bin' ? 'FILE' : option))
  return [...set, ...priority(), 'npx -y pnpm@12 bench', ...said].join(' ')
}

function priority(): readonly string[] {
  const policy = realtime()
  if (policy !== undefined) return [policy]
  const nice = getPriority()
  return nice === 0 ? [] : [`nice -n ${nice}`]
}

/** What puts a process under this scheduling, where it is one of Linux for real time. */
function realtime(): string | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    // Fields 40 and 41 of proc(5); the name in the second may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const flag = { '1': '-f', '2': '-r' }[fields[38] ?? '']
    return flag === undefined ? undefined : `chrt ${flag} ${fields[37]}`
  } catch {
    return undefined
  }
}
