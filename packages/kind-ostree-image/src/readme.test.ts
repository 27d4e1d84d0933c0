import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const names: Readonly<Record<string, string>> = {
  one: 'acceptance.e2e.test.ts',
  two: 'acceptance-alone.e2e.test.ts',
}

it('each acceptance command of ostree.md §19.1 has a test of the title that the README names', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| ([\d, ]+) +\| (one|two|one, two) +\| (.*?) +\|$/gm)]
  const points = rows.flatMap(([, numbers = '']) => numbers.split(',').map(Number))
  expect(points.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1))
  for (const [, , files = '', titles = ''] of rows) {
    const read = files.split(', ').map(async (name) => {
      return readFile(new URL(names[name] ?? '', import.meta.url), 'utf8')
    })
    // oxlint-disable-next-line no-await-in-loop
    const text = (await Promise.all(read)).join('')
    for (const part of titles.split(/; |…/).map((one) => one.trim())) expect(text).toContain(part)
  }
})
