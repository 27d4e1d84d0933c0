import type { Descriptor, Platform } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { formatPlatform, hostPlatform, parsePlatform, selectPlatform } from './platform.ts'

function entry(text: string, more: Partial<Platform> = {}): Descriptor {
  const [os = '', architecture = '', variant] = text.split('/')
  const platform = { os, architecture, ...(variant !== undefined && { variant }), ...more }
  return { mediaType: 'application/x', digest: `sha256:${'0'.repeat(64)}`, size: 0, platform }
}

function chosen(wanted: Platform | string, ...offers: readonly (string | Descriptor)[]): number {
  const entries = offers.map((offer) => (typeof offer === 'string' ? entry(offer) : offer))
  const found = selectPlatform(entries, typeof wanted === 'string' ? parsePlatform(wanted) : wanted)
  return found === undefined ? -1 : entries.indexOf(found)
}

describe('platforms', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['Linux/x86_64', 'linux/amd64'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
    ['linux/armhf', 'linux/arm/v7'],
    ['linux/arm', 'linux/arm'],
    ['macos/arm64', 'darwin/arm64'],
  ])('%s is %s', (text, canonical) => {
    expect(formatPlatform(parsePlatform(text))).toBe(canonical)
    expect(parsePlatform(canonical)).toEqual(parsePlatform(text))
  })

  it.each(['', 'linux', 'linux/', '/amd64', 'linux/arm/v7/x', 'linux /amd64', 'a/b/'])(
    '%j is none',
    (text) => {
      expect(() => parsePlatform(text)).toThrow(
        expect.objectContaining({ code: 'USAGE_INVALID_VALUE', exit: 2 }),
      )
    },
  )

  it('takes the exact one, and the first of equals', () => {
    expect(chosen('linux/amd64', 'linux/arm64', 'linux/amd64', 'linux/amd64')).toBe(1)
    expect(chosen('linux/amd64', 'windows/amd64', 'linux/386')).toBe(-1)
    expect(chosen('linux/amd64', 'linux/amd64/v1')).toBe(0)
    expect(chosen('linux/arm64/v8', 'linux/arm64')).toBe(0)
    expect(chosen('linux/arm64', 'linux/arm64/v8')).toBe(0)
  })

  it('takes an older variant, the nearest first, never a newer one or another architecture', () => {
    expect(chosen('linux/arm/v7', 'linux/arm/v5', 'linux/arm/v6')).toBe(1)
    expect(chosen('linux/arm/v7', 'linux/arm/v6', 'linux/arm/v7')).toBe(1)
    expect(chosen('linux/arm/v6', 'linux/arm/v7')).toBe(-1)
    expect(chosen('linux/arm', 'linux/arm/v6')).toBe(0)
    expect(chosen('linux/amd64/v3', 'linux/amd64', 'linux/amd64/v2', 'linux/amd64/v4')).toBe(1)
    expect(chosen('linux/amd64', 'linux/amd64/v2')).toBe(-1)
    expect(chosen('linux/arm64/v9.2', 'linux/arm64/v8', 'linux/arm64/v9', 'linux/arm64/v9.4')).toBe(1)
    expect(chosen('linux/arm64', 'linux/arm/v7')).toBe(-1)
  })

  it('takes what an architecture without variants calls its own', () => {
    expect(chosen('linux/riscv64', 'linux/riscv64/rva20u64', 'linux/riscv64')).toBe(1)
    expect(chosen('linux/riscv64', 'linux/riscv64/rva20u64')).toBe(0)
    expect(chosen('linux/riscv64/rva22u64', 'linux/riscv64/rva20u64')).toBe(-1)
  })

  it('compares builds of Windows, and features that are asked for', () => {
    const offers = [
      entry('windows/amd64', { 'os.version': '10.0.14393.1' }),
      entry('windows/amd64', { 'os.version': '10.0.17763.2' }),
    ]
    const wanted = { os: 'windows', architecture: 'amd64' }
    expect(chosen({ ...wanted, 'os.version': '10.0.17763.9' }, ...offers)).toBe(1)
    expect(chosen(wanted, ...offers)).toBe(0)
    expect(chosen({ ...wanted, 'os.features': ['win32k'] }, ...offers)).toBe(-1)
    expect(
      chosen({ ...wanted, 'os.features': ['win32k'] }, entry('windows/amd64', { 'os.features': ['win32k'] })),
    ).toBe(0)
  })

  it('leaves out what has no platform, and attestations', () => {
    const { platform: _, ...bare } = entry('linux/amd64')
    expect(chosen('linux/amd64', bare, 'unknown/unknown', 'linux/amd64')).toBe(2)
  })

  it('is linux here', () => {
    expect(hostPlatform().os).toBe('linux')
    expect(parsePlatform(formatPlatform(hostPlatform()))).toEqual(hostPlatform())
  })
})
