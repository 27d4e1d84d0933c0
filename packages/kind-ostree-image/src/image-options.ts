import { OcishError } from '@ocish/sdk'

type LayerCompression = 'none' | 'gzip' | 'zstd' | 'reuse'

/** What a user may ask of an image that is made from a commit. */
export interface ImageOptions {
  readonly format: 'oci' | 'docker'
  readonly compression: LayerCompression
  readonly level?: number
  readonly maxLayers?: number
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
  readonly arch?: string
  /** Seconds since 1970. */
  readonly created?: number
  readonly command?: readonly string[]
  readonly hardlinks: boolean
  readonly whiteouts: 'refuse' | 'drop'
  readonly etc: 'keep' | 'usr-to-etc'
  readonly allowPartial: boolean
}

/** The end of the year 9999. */
const latest = 253_402_300_799

type Flags = Readonly<Record<string, unknown>>

/** `epoch` is SOURCE_DATE_EPOCH, which `--created` overrides. Errors: USAGE_INVALID_VALUE, USAGE_CONFLICT. */
export function imageOptions(flags: Flags, epoch?: string): ImageOptions {
  const format = (flags['format'] ?? 'oci') as ImageOptions['format']
  const compression = (flags['compression'] ?? 'gzip') as LayerCompression
  const created = createdFrom(flags['created']) ?? createdAt(epoch)
  const labels = pairs(flags['label'], 'label')
  if (format === 'docker' && compression === 'zstd')
    throw new OcishError('USAGE_CONFLICT', 'the docker format knows no zstd layers', {
      hint: 'Use --compression gzip, or --format oci.',
    })
  const optional = {
    level: flags['level'] as number | undefined,
    maxLayers: flags['max-layers'] as number | undefined,
    arch: flags['arch'] as string | undefined,
  }
  return {
    ...(optional.level !== undefined && { level: optional.level }),
    ...(optional.maxLayers !== undefined && { maxLayers: optional.maxLayers }),
    ...(optional.arch !== undefined && { arch: optional.arch }),
    ...(created !== undefined && { created }),
    ...(flags['cmd'] !== undefined && { command: [flags['cmd']].flat().map(String) }),
    format,
    compression,
    labels,
    annotations: pairs(flags['annotation'], 'annotation'),
    hardlinks: flags['no-hardlinks'] !== true,
    whiteouts: (flags['whiteouts'] ?? 'refuse') as ImageOptions['whiteouts'],
    etc: (flags['etc'] ?? 'keep') as ImageOptions['etc'],
    allowPartial: flags['allow-partial'] === true,
  }
}

function pairs(value: unknown, flag: string): ReadonlyMap<string, string> {
  const given = value === undefined ? [] : [value].flat().map(String)
  return new Map(
    given.map((pair) => {
      const equals = pair.indexOf('=')
      if (equals < 1) throw invalid(flag, pair, 'NAME=VALUE')
      return [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}

/** RFC 3339, or seconds since 1970 as SOURCE_DATE_EPOCH has them. */
function createdFrom(value: unknown): number | undefined {
  if (value === undefined) return undefined
  const text = typeof value === 'string' ? value : ''
  const seconds = /^\d{1,12}$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000)
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > latest)
    throw invalid('created', text, 'a time as 2024-01-02T03:04:05Z, or seconds since 1970')
  return seconds
}

/** Errors: USAGE_INVALID_VALUE for what is no number of seconds; an empty value is none. */
function createdAt(epoch: string | undefined): number | undefined {
  if (epoch === undefined || epoch === '') return undefined
  if (/^\d{1,12}$/.test(epoch) && Number(epoch) <= latest) return Number(epoch)
  throw new OcishError(
    'USAGE_INVALID_VALUE',
    `SOURCE_DATE_EPOCH is ${JSON.stringify(epoch)}, not a number of seconds`,
    { hint: 'Set it to seconds since 1970, or unset it.' },
  )
}

function invalid(flag: string, value: string, wanted: string): OcishError {
  return new OcishError('USAGE_INVALID_VALUE', `--${flag} ${JSON.stringify(value)} is not ${wanted}`)
}

/** Seconds since 1970 as images write times. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
