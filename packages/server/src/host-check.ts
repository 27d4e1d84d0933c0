import type { IncomingMessage } from 'node:http'
import { refuse } from './answer.ts'

/** Which names a request may come under. */
export interface HostPolicy {
  /** Undefined: any. */
  readonly hosts: ReadonlySet<string> | undefined
}

/** True for 127.0.0.0/8, ::1 and localhost. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replaceAll(/^\[|\]$/g, '')
  return name === 'localhost' || name === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
}

/**
 * Keeps web pages out of a registry on this machine: the Host header has to name loopback or a host that was allowed
 * (DNS rebinding), and whatever carries an Origin may not write (cross-site requests). Throws 421 or 403.
 */
export function checkHost(request: IncomingMessage, policy: HostPolicy): void {
  const name = hostName(request.headers.host ?? '')
  const isKnown = policy.hosts === undefined || policy.hosts.has(name) || (name !== '' && isLoopback(name))
  if (!isKnown) throw refuse(421, 'DENIED', 'this server does not answer under that name')
  const isWrite = request.method !== 'GET' && request.method !== 'HEAD'
  if (isWrite && request.headers.origin !== undefined) {
    throw refuse(403, 'DENIED', 'a web page may not write here')
  }
}

function hostName(header: string): string {
  return (/^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(header.toLowerCase())?.[1] ?? '').replaceAll(/^\[|\]$/g, '')
}
