import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SeenNames } from './seen-names.ts'

test('each name is new once, whatever the order and wherever pages end', () => {
  const name = fc.oneof(fc.stringMatching(/^[ab]{0,2}$/), fc.string({ unit: 'binary', maxLength: 3 }))
  fc.assert(
    fc.property(
      fc.array(fc.array(name, { maxLength: 5 }), { maxLength: 6 }),
      fc.boolean(),
      (pages, isSorted) => {
        const given = isSorted ? sortedPages(pages) : pages
        const seen = new SeenNames()
        const before = new Set<string>()
        for (const page of given) {
          const fresh = [...new Set(page)].filter((one) => !before.has(one))
          expect(seen.add(page)).toEqual(fresh)
          for (const one of fresh) before.add(one)
        }
      },
    ),
    { numRuns: 1000 },
  )
})

/** The same names in pages of the same sizes, in order. */
function sortedPages(pages: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const all = pages.flat().toSorted((one, other) => (one < other ? -1 : 1))
  let at = 0
  return pages.map(({ length }) => all.slice(at, (at += length)))
}

test('a list that begins again after a thousand pages in order has nothing new', () => {
  const seen = new SeenNames()
  const page = (number: number): string[] => [`${1000 + number}-a`, `${1000 + number}-b`]
  for (let number = 0; number < 1000; number += 1) expect(seen.add(page(number))).toHaveLength(2)
  expect(seen.add(page(0))).toEqual([])
  expect(seen.add([...page(999), '0'])).toEqual(['0'])
})
