import type { FaultAction } from './action.ts'

/** What a request is about; `other`: none of the registry API. */
export type FaultRoute =
  | 'base'
  | 'catalog'
  | 'tags'
  | 'manifest'
  | 'blob'
  | 'uploads'
  | 'upload'
  | 'referrers'
  | 'token'
  | 'other'

/** A fault and the requests that meet it: all that is given has to fit. */
export interface FaultRule {
  readonly method?: string | readonly string[]
  readonly route?: FaultRoute | readonly FaultRoute[]
  /** Tested against path and query as sent. */
  readonly target?: RegExp
  /** Which of the fitting requests, from 1; absent: all of them. */
  readonly nth?: number | readonly number[]
  readonly action: FaultAction
}

/** What a rule looks at. */
export interface Seen {
  readonly method: string
  readonly target: string
  readonly route: FaultRoute
}

/** Rules with their counters. */
export class RuleBook {
  #entries: { readonly rule: FaultRule; count: number }[] = []

  constructor(rules: readonly FaultRule[]) {
    this.replace(rules)
  }

  /** Starts over with other rules. */
  replace(rules: readonly FaultRule[]): void {
    this.#entries = rules.map((rule) => ({ rule, count: 0 }))
  }

  /** The actions this request meets; counts it. */
  actionsFor(seen: Seen): readonly FaultAction[] {
    const actions: FaultAction[] = []
    for (const entry of this.#entries) {
      if (!fits(entry.rule, seen)) continue
      entry.count += 1
      if (isTurn(entry.rule.nth, entry.count)) actions.push(entry.rule.action)
    }
    return actions
  }
}

/** Reads the route off a request target. */
export function routeOf(target: string): FaultRoute {
  const path = target.split('?', 1)[0] ?? ''
  if (path === '/token') return 'token'
  if (path === '/v2/' || path === '/v2') return 'base'
  if (path === '/v2/_catalog') return 'catalog'
  if (!path.startsWith('/v2/')) return 'other'
  if (path.endsWith('/tags/list')) return 'tags'
  const word = /\/(manifests|referrers|blobs\/uploads|blobs)(?:\/([^/]*))?$/.exec(path)
  switch (word?.[1]) {
    case 'manifests':
      return 'manifest'
    case 'referrers':
      return 'referrers'
    case 'blobs':
      return 'blob'
    case 'blobs/uploads':
      return (word?.[2] ?? '') === '' ? 'uploads' : 'upload'
    case undefined:
    default:
      return 'other'
  }
}

function fits(rule: FaultRule, { method, route, target }: Seen): boolean {
  return (
    isAmong(rule.method, method) &&
    isAmong(rule.route, route) &&
    (rule.target === undefined || rule.target.test(target))
  )
}

function isAmong(wanted: string | readonly string[] | undefined, actual: string): boolean {
  if (wanted === undefined) return true
  return typeof wanted === 'string' ? wanted === actual : wanted.includes(actual)
}

function isTurn(nth: number | readonly number[] | undefined, count: number): boolean {
  if (nth === undefined) return true
  return typeof nth === 'number' ? nth === count : nth.includes(count)
}
