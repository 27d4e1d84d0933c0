import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ocishBin } from '@ocish/testing'
import { expect, test } from 'vitest'
import { takeShots } from './session.ts'
import { type Picture, svgOf } from './svg.ts'

const folder = join(import.meta.dirname, '../../../docs/pictures')

/** What a picture shows, to be read in a review. */
function textOf({ rows, cursor }: Picture): string {
  const lines = rows.map((row) =>
    row
      .map(({ text }) => (text === '' ? ' ' : text))
      .join('')
      .trimEnd(),
  )
  return `${lines.join('\n').trimEnd()}\n@${cursor?.x},${cursor?.y}\n`
}

test('the pictures of the documentation are what the program shows; pnpm shots takes them anew', async () => {
  const shots = await takeShots(ocishBin)
  expect([...shots.keys()]).toEqual(['session'])
  for (const [name, picture] of shots) {
    await expect(textOf(picture)).toMatchFileSnapshot(`__snapshots__/${name}.txt`)
    expect(svgOf(picture)).toBe(await readFile(join(folder, `${name}.svg`), 'utf8'))
  }
})

test('a picture shows text as it is, and nothing of it is markup', () => {
  const cell = { width: 1, bold: false, dim: false, inverse: false }
  const rows = ['<a&b>'.split('').map((text) => ({ ...cell, text }))]
  const svg = svgOf({ title: '</title><script>', columns: 5, rows })
  expect(svg).toContain('&lt;a&amp;b&gt;</text>')
  expect(svg).not.toMatch(/<a|<script/)
})
