import type { ColumnType } from '../signature.ts'
import { safe, type Text } from './safe.ts'

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** `184 KiB`, `1.2 KiB`, `512 B`: two significant digits below ten. */
export function humanSize(bytes: number): Text {
  if (!Number.isFinite(bytes)) return '?' as Text
  let value = Math.abs(bytes)
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  if (unit > 0 && value >= 1023.5 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit > 0 && value < 9.95 ? value.toFixed(1) : String(Math.round(value))
  return `${bytes < 0 ? '-' : ''}${digits} ${units[unit]!}` as Text
}

const spans: readonly (readonly [string, number])[] = [
  ['y', 365 * 86_400e3],
  ['d', 86_400e3],
  ['h', 3_600e3],
  ['m', 60e3],
  ['s', 1e3],
]

/** Milliseconds as `2d`, `14s`, `350ms`: the largest unit only. */
export function humanDuration(milliseconds: number): Text {
  if (!Number.isFinite(milliseconds)) return '?' as Text
  const value = Math.abs(milliseconds)
  const sign = milliseconds < 0 ? '-' : ''
  for (const [unit, length] of spans) {
    if (value >= length && (unit !== 'y' || value >= 2 * length))
      return `${sign}${Math.floor(value / length)}${unit}` as Text
  }
  return `${sign}${Math.round(value)}ms` as Text
}

/** `2026-11-18 09:12Z`. */
export function humanTime(value: Date): Text {
  return (
    Number.isNaN(value.getTime()) ? '?' : `${value.toISOString().slice(0, 16).replace('T', ' ')}Z`
  ) as Text
}

/** `sha256:4be0c1f2d9a0`: enough to tell apart, short enough for a table. */
export function shortDigest(digest: string): Text {
  const shown = safe(digest)
  const at = shown.indexOf(':')
  return (at > 0 && shown.length > at + 13 ? shown.slice(0, at + 13) : shown) as Text
}

/** A text that is wider than its columns, with the digests in it cut. */
export function fittingText(value: Text, columns: number, mark: string): Text {
  if (value.length <= columns) return value
  return value.replaceAll(/\b(sha\d+:[0-9a-f]{8})[0-9a-f]{20,}([0-9a-f]{2})\b/g, `$1${mark}$2`) as Text
}

/** The whole digest, to be copied, where it has room; else `sha256:4be0c1f2…d9` (shell.md §4.2). */
export function fittingDigest(digest: string, columns: number, mark: string): Text {
  const shown = safe(digest)
  const at = shown.indexOf(':')
  if (shown.length <= columns || at < 0) return shown
  return `${shown.slice(0, at + 9)}${mark}${shown.slice(-2)}` as Text
}

/** A cell as a person reads it. */
export function humanCell(value: unknown, type: ColumnType): Text {
  if (value === undefined || value === null) return '' as Text
  if (typeof value === 'number') {
    if (type === 'size' || type === 'bytes') return humanSize(value)
    return type === 'duration' ? humanDuration(value) : (String(value) as Text)
  }
  if (value instanceof Date) return humanTime(value)
  if (typeof value === 'string') {
    if (type === 'digest') return shortDigest(value)
    if (type === 'time' && !Number.isNaN(Date.parse(value))) return humanTime(new Date(value))
    return safe(value)
  }
  if (typeof value === 'boolean') return (value ? 'yes' : 'no') as Text
  if (Array.isArray(value)) return value.map((entry) => humanCell(entry, 'string')).join(', ') as Text
  return safe(platformText(value) ?? JSON.stringify(value) ?? '')
}

function platformText(value: object): string | undefined {
  const { os, architecture, variant } = value as Record<string, unknown>
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined
  return typeof variant === 'string' ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`
}
