import type { TraceEvent } from '@ocish/core/client'

/** One step of a conversation as a line; the event carries no secrets. */
export function traceLine(event: TraceEvent): string {
  switch (event.type) {
    case 'request':
      return `> ${event.method} ${event.url}${headersText(event.headers)}`
    case 'response':
      return `< ${event.status} ${event.method} ${event.url} in ${Math.round(event.milliseconds)} ms${headersText(event.headers)}`
    case 'failure':
      return `! ${event.method} ${event.url}: ${event.reason}`
    default:
      return event satisfies never
  }
}

function headersText(headers: Readonly<Record<string, string>>): string {
  const all = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return all.length === 0 ? '' : ` (${all.join('; ')})`
}
