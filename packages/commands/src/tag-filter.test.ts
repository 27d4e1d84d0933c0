import { expect, test } from 'vitest'
import { tagFilter } from './tag-filter.ts'

const tags = ['1.2.0', 'v1.3.0', '2.0.0', '1.4.0-rc.1', 'v1.x-old', 'latest', '1.2.5_build.7']

test.each([
  [undefined, tags],
  ['^1.2', ['1.2.0', 'v1.3.0', '1.2.5_build.7']],
  ['>=1.2, <1.3', ['1.2.0', '1.2.5_build.7']],
  ['1.x', ['1.2.0', 'v1.3.0', '1.2.5_build.7']],
  ['1.2.0', ['1.2.0']],
  ['v1.*', ['v1.3.0', 'v1.x-old']],
  ['la*', ['latest']],
  ['latest', ['latest']],
  ['/^v1[.]/', ['v1.3.0', 'v1.x-old']],
])('--match %s', (text, kept) => {
  expect(tags.filter(tagFilter(text))).toEqual(kept)
})

test('what is no regular expression is refused', () => {
  expect(() => tagFilter('/[/')).toThrow(/not a regular expression/)
})
