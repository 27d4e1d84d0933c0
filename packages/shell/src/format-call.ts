import type { BoundCall, BoundItem } from './bound-call.ts'
import { quote, quoteLiteral } from './quote.ts'

/**
 * The canonical text of a call: long flags with `=`, values of secret flags as `***`. Parsing and binding it gives an
 * equal call, so history, plans and error messages print it and a Makefile can hold it.
 */
export function formatCall(call: BoundCall): string {
  const parts = [call.signature.name]
  const items = ordered(call.items, call.parted === true)
  const isFirst = call.parted === true
  const dashed = items.findIndex((item) => item.kind === 'argument' && (isFirst || isDashed(item.text)))
  for (const [index, item] of items.entries()) {
    // A shell takes the quotes away, so `--` has to protect what looks like a flag or a second word of the name.
    if (index === dashed && items.slice(index).every((later) => later.kind !== 'flag')) parts.push('--')
    if (item.kind === 'flag') parts.push(flagText(item, call.source.text))
    if (item.kind === 'argument') parts.push(argumentText(item, call.source.text))
  }
  return parts.join(' ')
}

/** Flags that do not care for their place come first where `--` has to protect an argument. */
function ordered(items: readonly BoundItem[], parted: boolean): readonly BoundItem[] {
  if (!parted && !items.some((item) => item.kind === 'argument' && isDashed(item.text))) return items
  const free = (item: BoundItem): boolean => item.kind === 'flag' && item.flag.positional !== true
  return [...items.filter(free), ...items.filter((item) => !free(item))]
}

function isDashed(text: string | undefined): boolean {
  return text !== undefined && text.length > 1 && text.startsWith('-')
}

function argumentText(item: Extract<BoundItem, { kind: 'argument' }>, source: string): string {
  if (item.text === undefined) return source.slice(item.from, item.to)
  if (item.pattern) return quote(item.text)
  return item.text === '-' ? '-' : quoteLiteral(item.text)
}

function flagText(item: Extract<BoundItem, { kind: 'flag' }>, source: string): string {
  const name = `--${item.negated ? 'no-' : ''}${item.flag.name}`
  // A value that is known only at run time is printed as it was written.
  if (item.text === undefined) return item.flag.type === 'bool' ? name : source.slice(item.from, item.to)
  return quote(`${name}=${item.flag.secret === true ? '***' : item.text}`)
}
