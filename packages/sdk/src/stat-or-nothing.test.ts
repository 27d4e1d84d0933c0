import { expect, it } from 'vitest'
import { OcishError } from './errors.ts'
import type { TreeEntry } from './source.ts'
import { statOrNothing } from './stat-or-nothing.ts'

const entry: TreeEntry = { path: 'a', kind: 'file', size: 1 }
const failing = (code: string) => ({
  stat: async (): Promise<TreeEntry> => {
    throw new OcishError(code, 'no entry')
  },
})

it('tells what is not there from what cannot be read', async () => {
  expect(await statOrNothing({ stat: async () => entry }, 'a')).toBe(entry)
  expect(await statOrNothing(failing('FILE_NOT_FOUND'), 'a')).toBeUndefined()
  expect(await statOrNothing(failing('PATH_NOT_FOUND'), 'a')).toBeUndefined()
  await expect(statOrNothing(failing('FILE_FAILED'), 'a')).toFailWith('FILE_FAILED')
})
