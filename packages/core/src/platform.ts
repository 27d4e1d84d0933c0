import { type Descriptor, OcishError, type Platform } from '@ocish/sdk'

const architectureNames: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm/v7',
  armel: 'arm/v6',
  i386: '386',
  i686: '386',
}
const osNames: Readonly<Record<string, string>> = { macos: 'darwin' }
/** What an architecture without a variant means, as containerd has it. */
const defaultVariant: Readonly<Record<string, string>> = { amd64: 'v1', arm: 'v7', arm64: 'v8' }
const nodeArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' }

/**
 * Reads `os/architecture[/variant]`; other spellings (`x86_64`, `aarch64`) are put right, default variants dropped.
 * Errors: USAGE_INVALID_VALUE.
 */
export function parsePlatform(text: string): Platform {
  const [os = '', named = '', given, ...more] = text.toLowerCase().split('/')
  const isWord = (part: string): boolean => /^[a-z0-9_.-]{1,64}$/.test(part)
  if (!isWord(os) || !isWord(named) || (given !== undefined && !isWord(given)) || more.length > 0) {
    throw new OcishError('USAGE_INVALID_VALUE', `invalid platform ${JSON.stringify(text.slice(0, 200))}`, {
      hint: 'Write os/architecture or os/architecture/variant, such as linux/arm64.',
      details: { span: { from: 0, to: text.length } },
    })
  }
  const [architecture = named, implied] = (own(architectureNames, named) ?? named).split('/')
  return normalizePlatform({ os: own(osNames, os) ?? os, architecture, ...variantOf(given ?? implied) })
}

/** `linux/arm/v7`; a default variant is not written. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalizePlatform(platform)
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/')
}

/** The platform whose images run here: linux on the machine's architecture, on every system. */
export function hostPlatform(): Platform {
  return { os: 'linux', architecture: own(nodeArchitectures, process.arch) ?? process.arch }
}

/**
 * How well an offer fits: 0 is exact, more is worse, undefined is not at all. Variants are ordered as in containerd:
 * one that asks for arm/v7 takes v6 and v5, nearest first; but never another architecture.
 */
export function platformDistance(wanted: Platform, offered: Platform): number | undefined {
  if (wanted.os !== offered.os || wanted.architecture !== offered.architecture) return undefined
  if (!fitsVersion(wanted, offered) || !fitsFeatures(wanted, offered)) return undefined
  const ours = fullVariant(wanted)
  const theirs = fullVariant(offered)
  if (ours === theirs) return 0
  if (ours === undefined) return 1
  const distance = rank(ours) - rank(theirs ?? '')
  return distance > 0 ? distance : undefined
}

/** The entry that fits best, the first of equals; those without a platform fit nothing. */
export function selectPlatform(entries: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  let best: { readonly entry: Descriptor; readonly distance: number } | undefined
  for (const entry of entries) {
    const distance = entry.platform && platformDistance(wanted, entry.platform)
    if (distance !== undefined && (best === undefined || distance < best.distance)) best = { entry, distance }
  }
  return best?.entry
}

function normalizePlatform(platform: Platform): Platform {
  const { variant, ...rest } = platform
  return variant === own(defaultVariant, platform.architecture) && platform.architecture !== 'arm'
    ? rest
    : { ...rest, ...variantOf(variant) }
}

function variantOf(variant: string | undefined): { readonly variant?: string } {
  return variant === undefined || variant === '' ? {} : { variant }
}

function fullVariant(platform: Platform): string | undefined {
  return platform.variant || own(defaultVariant, platform.architecture)
}

/** `v7` is 7000, `v8.2` is 8002; NaN, which fits nothing, for other names. */
function rank(variant: string): number {
  const { major, minor } = /^v(?<major>\d{1,3})(?:\.(?<minor>\d{1,3}))?$/.exec(variant)?.groups ?? {}
  return Number(major) * 1000 + Number(minor ?? 0)
}

/** Windows: the same build, whatever the revision. Elsewhere nobody sets it. */
function fitsVersion(wanted: Platform, offered: Platform): boolean {
  const build = (version: string): string => version.split('.').slice(0, 3).join('.')
  const [ours, theirs] = [wanted['os.version'], offered['os.version']]
  return ours === undefined || theirs === undefined || build(ours) === build(theirs)
}

function fitsFeatures(wanted: Platform, offered: Platform): boolean {
  return (wanted['os.features'] ?? []).every((feature) => offered['os.features']?.includes(feature) === true)
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
