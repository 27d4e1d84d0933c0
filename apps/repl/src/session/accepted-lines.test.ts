import { expect, test } from 'vitest'
import { capped } from './accepted-lines.ts'

const look = { width: 80, color: false, ascii: true, now: 0 }
const rows = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `row ${at}`)

test('a line of usual length stands in the scrollback as it was typed', () => {
  expect(capped(rows(100), 5000, look)).toEqual(rows(100))
})

test('of a paste that would fill the scrollback the beginning stands there, and how much there was', () => {
  expect(capped(rows(8739), 2 ** 20, look)).toEqual([...rows(10), '... 8,739 rows, 1,048,576 characters'])
})
