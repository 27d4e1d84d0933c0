import { describe, expect, it } from 'vitest'
import { confirming } from './confirming.ts'

const shape = { choice: '[y/N]', columns: 80 }

describe('a question', () => {
  it('is one line with a yes or no, where it fits', () => {
    const { lines, prompt, agrees } = confirming('Delete the tag a:1?', {}, shape)
    expect([lines, prompt]).toEqual([[], 'Delete the tag a:1? [y/N] '])
    expect(['y', ' YES ', 'yes'].every(agrees)).toBe(true)
    expect(['', 'n', 'yess', 'no'].some(agrees)).toBe(false)
  })

  it('stands above its answer where it does not fit', () => {
    const question = `Delete ${'x'.repeat(80)}?`
    expect(confirming(question, {}, shape)).toMatchObject({ lines: [question], prompt: '[y/N] ' })
  })

  it('wants what has to be typed, and names what else goes', () => {
    const { lines, prompt, agrees } = confirming('Delete it?', { details: ['sbom'], typed: 'stable' }, shape)
    expect(lines).toEqual(['Delete it?', '  sbom'])
    expect(prompt).toContain('stable')
    expect(agrees('stable')).toBe(true)
    expect(['y', 'yes', '', 'Stable', 'stable2'].some(agrees)).toBe(false)
  })
})
