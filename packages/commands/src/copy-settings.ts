import { type CopyOptions, createRateLimit, type IndexMode } from '@ocish/core'
import type { Platform } from '@ocish/sdk'
import { OcishError } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import { isSet, numberFlag, textFlag } from './call-values.ts'
import type { Services } from './services.ts'

/** What the flags of `cp` and `sync` say about every copy of a run; a limit of the rate holds for all of them together. */
export function copySettings(call: Call, services: Services): CopyOptions {
  const { signal } = call
  const { transfers } = services.options
  const rate = numberFlag(call, 'limit-rate')
  return {
    signal,
    ...(transfers !== undefined && { concurrency: transfers }),
    ...platformSettings(call, services),
    referrers: referrersOf(call),
    includeForeign: isSet(call, 'include-foreign'),
    ...(rate === undefined ? {} : { rateLimit: createRateLimit(rate) }),
    onTransfer: services.progress,
    exclusive: (key, act) => services.exclusive(key, signal, act),
  }
}

/** `--referrers-type` says `--referrers` too; those that only a tag connects have no type, and stay. */
function referrersOf(call: Call): NonNullable<CopyOptions['referrers']> {
  const text = textFlag(call, 'referrers-type')
  if (text === undefined) return isSet(call, 'referrers')
  const types = text.split(',').map((type) => type.trim())
  const wanted = types.filter((type) => !type.startsWith('!'))
  const except = types.filter((type) => type.startsWith('!')).map((type) => type.slice(1))
  if ([...wanted, ...except].includes(''))
    throw new OcishError('USAGE_INVALID_VALUE', `'${text}' is no list of artifact types`, {
      hint: "Write --referrers-type TYPE,TYPE, or --referrers-type '!TYPE' for all but one.",
    })
  return { ...(wanted.length > 0 && { artifactType: wanted }), except }
}

/** Whether what refers to a digest comes along, so that the tags that stand for it need no copy of their own. */
export function withReferrers(call: Call): boolean {
  return referrersOf(call) !== false
}

/** One platform alone is copied as what it is; several, or one with `--index`, as an index of them. */
function platformSettings(
  call: Call,
  services: Services,
): Pick<CopyOptions, 'platform' | 'platforms' | 'index'> {
  const named = (call.flags['platform'] ?? []) as readonly Platform[]
  const index = textFlag(call, 'index') as IndexMode | undefined
  if (named.length === 0 && index !== undefined) {
    throw new OcishError('USAGE_CONFLICT', '--index says what becomes of platforms that are not copied', {
      hint: 'Name the ones to copy with --platform linux/amd64,linux/arm64.',
    })
  }
  if (named.length > 1 || index !== undefined) return { platforms: named, index: index ?? 'fail' }
  const { platform } = services.options
  return platform === undefined ? {} : { platform }
}
