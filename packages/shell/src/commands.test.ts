import type { KindCommand } from '@ocish/sdk'
import { expect, test } from 'vitest'
import { kindSignature } from './commands.ts'

const base: Omit<KindCommand, 'run'> = {
  name: 'do',
  summary: 'test',
  params: [],
  output: { form: 'value' },
  effect: 'R',
  examples: [],
}
const path = { name: 'folder', type: 'path' } as const
const ref = { name: 'image', type: 'ref' } as const

test.each([
  ['what reads nothing outside', {}, [1, 2, 3, 6, 7]],
  ['a path', { params: [path] }, [1, 2, 3, 6, 7, 8]],
  ['a path as a flag', { flags: [path] }, [1, 2, 3, 6, 7, 8]],
  ['a local effect', { effect: 'L' }, [1, 2, 3, 6, 7, 8]],
  ['a reference', { params: [ref] }, [1, 2, 3, 4, 5, 6, 7]],
  ['a writing effect', { effect: 'W' }, [1, 2, 3, 4, 5, 6, 7]],
  ['its own beside them', { params: [path, ref], exits: [10, 1] }, [1, 2, 3, 4, 5, 6, 7, 8, 10]],
] as const)('the exit statuses of a kind’s command: %s', (_, given, expected) => {
  expect(kindSignature('fam', { ...base, ...given }).exits).toEqual(expected)
})
