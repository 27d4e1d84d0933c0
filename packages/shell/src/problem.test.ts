import { OcishError } from '@ocish/sdk'
import { describe, expect, test } from 'vitest'
import { errorOf } from './diagnostic.ts'
import { toProblem } from './problem.ts'

const source = { name: '-c', text: "cp GHCR.io/App:1 'a b' mirror/" }

/** The marked part and the line to try. */
function seen(details: Record<string, unknown>): readonly (string | undefined)[] {
  const problem = toProblem(new OcishError('REFERENCE_INVALID', 'wrong', { details }), source)
  return [problem.span && source.text.slice(problem.span.from, problem.span.to), problem.corrected]
}

test('an error of the grammar is placed in the line that ran', () => {
  expect(seen({ input: 'GHCR.io/App:1', span: { from: 8, to: 11 } })).toEqual(['App', undefined])
  expect(seen({ input: 'GHCR.io/App:1', span: { from: 8, to: 11 }, nearest: 'GHCR.io/app:1' })).toEqual([
    'App',
    "cp GHCR.io/app:1 'a b' mirror/",
  ])
  expect(seen({ input: 'a b', span: { from: 1, to: 2 }, nearest: 'a-b' })).toEqual([
    ' ',
    "cp GHCR.io/App:1 'a-b' mirror/".replace("'a-b'", "'a-b'"),
  ])
  expect(seen({ input: 'elsewhere', span: { from: 0, to: 3 } })).toEqual([undefined, undefined])
  expect(seen({ input: 'GHCR.io/App:1', span: { from: 8, to: 11 }, closest: ['app', 'api'] })).toEqual([
    'App',
    "cp GHCR.io/app:1 'a b' mirror/",
  ])
})

describe('causes', () => {
  test('are told in order, each once, an aggregate by its parts', () => {
    const refused = new AggregateError(
      [new Error('connect ::1 refused'), new Error('connect 127.0.0.1 refused')],
      '',
    )
    const error = new OcishError('NETWORK_FAILED', 'x is not there', {
      cause: new Error('request failed', { cause: refused }),
    })
    expect(toProblem(error).causes.map((cause) => cause.message)).toEqual([
      'request failed',
      'connect ::1 refused; connect 127.0.0.1 refused',
    ])
    const circle = new Error('round')
    circle.cause = circle
    expect(toProblem(new OcishError('NETWORK_FAILED', 'y', { cause: circle })).causes).toHaveLength(1)
  })
})

test('a diagnostic keeps its place, names and cure', () => {
  const problem = toProblem(
    errorOf(
      {
        code: 'BIND_UNKNOWN_FIELD',
        message: 'no field',
        from: 3,
        to: 5,
        closest: ['a'],
        replace: { from: 3, to: 5, with: 'a' },
      },
      { name: 'f', text: 'xx yy' },
    ),
  )
  expect(problem).toMatchObject({ exit: 2, span: { from: 3, to: 5 }, corrected: 'xx a', closest: ['a'] })
})
