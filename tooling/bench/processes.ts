import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import type { Environment } from './case.ts'
import type { Sample } from './measure.ts'

/** The first file of this name on PATH that may be run. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return join(folder, name)
    } catch {
      // not here
    }
  }
  return undefined
}

const running = new Set<ChildProcess>()

/** Ends what a case that takes too long has started by `runProcess`, which fails then. */
export function endProcesses(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Runs a program to its end; anything but success is an error, so that a failure is never a fast run. */
export async function runProcess(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Sample> {
  const started = performance.now()
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2000)))
  let memory: number | undefined
  const poll = setInterval(() => (memory = peakMemory(child.pid) ?? memory), 10)
  running.add(child)
  const [code] = (await once(child, 'exit').finally(() => {
    running.delete(child)
    clearInterval(poll)
  })) as [number | null]
  const wall = performance.now() - started
  if (code !== 0) throw new Error(`${basename(program)} ${args.join(' ')} ended with ${code}: ${stderr}`)
  return memory === undefined ? { wall } : { wall, memory }
}

/** `VmHWM` of a Linux process, MiB. */
function peakMemory(pid: number | undefined): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? undefined : Number(kib) / 1024
  } catch {
    return undefined
  }
}

/** Runs the built program. */
export function ocish({ bin, env }: Environment, ...words: readonly string[]): Promise<Sample> {
  return runProcess(process.execPath, [bin, ...words], env)
}
