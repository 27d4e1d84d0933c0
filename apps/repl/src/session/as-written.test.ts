import { OcishError, parseReference } from '@ocish/sdk'
import { toProblem } from '@ocish/shell'
import { expect, test } from 'vitest'
import { asWritten } from './as-written.ts'

const missing = (input: string): OcishError =>
  new OcishError('TAG_NOT_FOUND', 'no tag 1.5', {
    details: { closest: ['1.5.0'], input, span: { from: input.lastIndexOf('1.5'), to: input.length } },
  })

test('a whole name that was written short is marked where it stands, and F2 puts the closest there', () => {
  const line = 'cp app:1.5 mirror/'
  const source = { name: 'repl:1', text: line }
  const problem = toProblem(asWritten(missing('ghcr.io/team/app:1.5'), line, 'ghcr.io/team'), source)
  expect(problem).toMatchObject({ span: { from: 7, to: 10 }, corrected: 'cp app:1.5.0 mirror/', exit: 3 })
})

test('what was written whole, or belongs elsewhere, stays as it is', () => {
  const error = missing('ghcr.io/team/app:1.5')
  expect(asWritten(error, 'describe ghcr.io/team/app:1.5', 'ghcr.io/team')).toBe(error)
  expect(asWritten(error, 'describe app:1.5', 'quay.io/team')).toBe(error)
  expect(asWritten(error, 'describe app:1.5', '')).toBe(error)
  expect(asWritten('text', 'x', 'ghcr.io')).toBe('text')
})

test('without a context a short name is told how it gets one; what is wrong in itself is not', () => {
  const fault = (text: string): unknown => {
    try {
      return parseReference(text)
    } catch (error) {
      return error
    }
  }
  const hintOf = (text: string): unknown => (asWritten(fault(text), `tags ${text}`, '') as OcishError).hint
  expect(hintOf('app')).toMatch(/^Go into a registry first: cd REGISTRY\. Write docker\.io\/library\/app /)
  expect(hintOf('team/app:1')).toMatch(/^Go into a registry first/)
  expect(String(hintOf('ghcr.io/Team'))).not.toMatch(/cd REGISTRY/)
})
