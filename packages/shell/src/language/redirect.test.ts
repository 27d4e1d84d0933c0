import { expect, test } from 'vitest'
import { execute } from './run.test-kit.ts'

test.each([
  ['csv', 'n\n1\n2\n2\n'],
  ['md', '| n |\n| --- |\n| 1 |\n| 2 |\n| 2 |\n'],
])('what is appended to %s does not repeat its header', async (format, text) => {
  const { files } = await execute(
    `where n > 0 < rows.ndjson >> all.${format}; where n > 1 < rows.ndjson >> all.${format}`,
  )
  expect(files.get(`all.${format}`)).toBe(text)
})

test('rows of other columns have a header of their own', async () => {
  const { files } = await execute('tags app | select tag >> t.csv; tags app | select kind >> t.csv')
  expect(files.get('t.csv')).toBe('tag\n1.0\n1.10\n1.9\nkind\nimage\nhelm\nhelm\n')
})
