import { afterEach, describe, expect, it, vi } from 'vitest'
import { findProgram, has, programPath } from './programs.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('programs', () => {
  it('finds what is on PATH, and not what is nowhere', () => {
    expect(findProgram('sh')).toMatch(/\/sh$/)
    expect(findProgram('no-such-program')).toBeUndefined()
    expect(() => programPath('no-such-program')).toThrow('not installed')
  })

  it('a missing one is a reason to skip, but a failure with CI', () => {
    vi.stubEnv('CI', '')
    expect(has('sh', 'no-such-program')).toBe(false)
    vi.stubEnv('CI', 'true')
    expect(has('sh')).toBe(true)
    expect(() => has('sh', 'no-such-program')).toThrow('no-such-program')
  })
})
