import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'

/** One process among all machines that may see a folder. */
export interface ProcessIdentity {
  /** Host name and, where there is one, the process namespace: a pid means something only inside it. */
  readonly host: string
  readonly pid: number
  /** Tells a process from a later one with the same pid; empty where the system does not say. */
  readonly started: string
}

let own: Promise<ProcessIdentity> | undefined

/** The identity of this process. */
export function thisProcess(): Promise<ProcessIdentity> {
  own ??= identify()
  return own
}

/** True only when it is certain that the process does not run any more. */
export async function isGone(identity: ProcessIdentity): Promise<boolean> {
  if (identity.host !== (await thisProcess()).host) return false
  try {
    process.kill(identity.pid, 0)
  } catch (error) {
    // EPERM: it runs as somebody else.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
  const started = await startOf(identity.pid)
  return started !== '' && identity.started !== '' && started !== identity.started
}

async function identify(): Promise<ProcessIdentity> {
  return { host: await thisHost(), pid: process.pid, started: await startOf(process.pid) }
}

async function thisHost(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '')
  return namespace === '' ? hostname() : `${hostname()} ${namespace}`
}

/** Start of a process in clock ticks since boot: field 22 of proc(5) `stat`; the name before it may hold anything. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
