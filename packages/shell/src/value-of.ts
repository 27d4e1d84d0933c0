import { OcishError, type Platform } from '@ocish/sdk'
import type { ParamType } from './signature.ts'

/** What a `keyvalue` parameter gives. */
export interface KeyValue {
  readonly key: string
  readonly value: string
}

const readers: Readonly<Partial<Record<ParamType, (text: string) => unknown>>> = {
  string: (text) => text,
  int: intOf,
  bool: boolOf,
  size: sizeOf,
  duration: durationOf,
  platform: platformOf,
  keyvalue: keyValueOf,
  digest: digestOf,
  mediatype: mediaTypeOf,
}

/**
 * The typed value of one literal word: `size` in bytes, `duration` in milliseconds, `platform` as sdk's `Platform`,
 * `keyvalue` as `KeyValue`; the other types stay text, which only `string` may leave empty.
 * Errors: USAGE_INVALID_VALUE.
 */
export function valueOf(type: ParamType, text: string): unknown {
  const read = readers[type]
  if (read !== undefined) return read(text)
  if (text === '') throw invalid(`empty ${type}`, 'Give a value that is not empty.')
  return text
}

function invalid(message: string, hint: string): OcishError {
  return new OcishError('USAGE_INVALID_VALUE', message, { hint })
}

function intOf(text: string): number {
  const value = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value))
    throw invalid(`'${text}' is not a whole number`, 'Give a number such as 10.')
  return value
}

function boolOf(text: string): boolean {
  if (/^(?:true|yes|on|1)$/i.test(text)) return true
  if (/^(?:false|no|off|0)$/i.test(text)) return false
  throw invalid(`'${text}' is neither true nor false`, 'Give true or false.')
}

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** Bytes: `512`, `10MiB`, `1.5GB`; a unit is a power of ten without the `i`, of two with it. Errors: USAGE_INVALID_VALUE. */
export function sizeOf(text: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,9})?) ?([kmgt]?i?b)?$/i.exec(text)
  const unit = match === null ? undefined : sizeUnits[(match[2] ?? '').toLowerCase()]
  const bytes = unit === undefined ? Number.NaN : Math.round(Number(match?.[1]) * unit)
  if (!Number.isSafeInteger(bytes))
    throw invalid(`'${text}' is not a size`, 'Give bytes, or a number with a unit such as 10MiB.')
  return bytes
}

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3_600e3,
  d: 86_400e3,
  w: 7 * 86_400e3,
  y: 365 * 86_400e3,
}

/** Milliseconds: `30d`, `1h30m`, `500ms`; a bare number is seconds. Errors: USAGE_INVALID_VALUE. */
export function durationOf(text: string): number {
  if (/^\d{1,12}(?:\.\d{1,3})?$/.test(text)) return Math.round(Number(text) * 1e3)
  let total = 0
  let rest = text
  while (rest !== '') {
    const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d|w|y)/.exec(rest)
    if (match === null) break
    total += Number(match[1]) * durationUnits[match[2]!]!
    rest = rest.slice(match[0].length)
  }
  if (text === '' || rest !== '' || !Number.isSafeInteger(Math.round(total))) {
    throw invalid(`'${text}' is not a duration`, 'Give a number with a unit such as 30d, 12h or 90s.')
  }
  return Math.round(total)
}

function platformOf(text: string): Platform {
  const match = /^([a-z0-9_.-]+)\/([a-z0-9_.-]+)(?:\/([a-z0-9_.-]+))?$/i.exec(text)
  if (match === null) {
    throw invalid(`'${text}' is not a platform`, 'Give os/architecture[/variant] such as linux/arm64.')
  }
  const [, os, architecture, variant] = match
  return {
    os: os!.toLowerCase(),
    architecture: architecture!.toLowerCase(),
    ...(variant === undefined ? {} : { variant: variant.toLowerCase() }),
  }
}

function keyValueOf(text: string): KeyValue {
  const at = text.indexOf('=')
  if (at < 1) throw invalid(`'${text}' is not KEY=VALUE`, 'Put a key before the equals sign, such as team=x.')
  return { key: text.slice(0, at), value: text.slice(at + 1) }
}

const hexLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }

function digestOf(text: string): string {
  const match = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):([A-Za-z0-9=_-]+)$/.exec(text)
  const length = match === null ? undefined : hexLengths[match[1]!]
  const whole =
    match !== null && (length === undefined || new RegExp(`^[a-f0-9]{${length}}$`).test(match[2]!))
  if (!whole)
    throw invalid(`'${text}' is not a digest`, 'Give a digest such as sha256: and 64 hexadecimal digits.')
  return text
}

function mediaTypeOf(text: string): string {
  if (!/^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(?:;.*)?$/i.test(text)) {
    throw invalid(`'${text}' is not a media type`, 'Give a media type such as application/json.')
  }
  return text
}
