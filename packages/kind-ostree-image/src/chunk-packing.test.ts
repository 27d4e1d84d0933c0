import { expect, it } from 'vitest'
import {
  binName,
  everyBuild,
  packComponents,
  repackComponents,
  type Bin,
  type Component,
} from './chunk-packing.ts'

const component = (id: number, frequency: number, size: number): Component => ({
  identifier: `pkg${id}.0`,
  name: `pkg${id}`,
  frequency,
  size,
})

const given = [
  component(1, everyBuild, 100_000),
  component(2, everyBuild, 99_999),
  component(3, 30, 99_998),
  component(4, 100, 99_997),
  component(10, 51, 1000),
  component(8, 50, 500),
  component(9, 1, 200),
  component(11, 100_000, 199),
  component(6, 30, 2),
  component(7, 30, 1),
]

const names = (bins: readonly Bin[]): string =>
  bins.map((bin) => `[${bin.map(({ name }) => name.slice(3)).join(' ')}]`).join('')

it('packs the vector of ostree-ext as it does (ostree.md §16)', () => {
  expect(names(packComponents(given, 6))).toBe('[3][4][6 7 11][9 8 10][1 2][]')
})

it('keeps the layers of an earlier build: upgraded, removed and new packages', () => {
  const prior = packComponents(given, 6).map((bin) => bin.map(({ name }) => name))
  const upgraded = { ...component(1, everyBuild, 100_000), identifier: 'pkg1.1' }
  const now = [
    upgraded,
    ...given.filter(({ name }) => name !== 'pkg1' && name !== 'pkg7'),
    component(5, 30, 9),
  ]
  expect(names(repackComponents(now, 6, prior))).toBe('[3][4][6 11][9 8 10][1 2][5]')
})

it('never makes more layers than it may, nor loses a component', () => {
  for (const count of [1, 3, 4, 5, 17, 100, 396])
    for (const limit of [4, 5, 6, 16, 64]) {
      const many = Array.from({ length: count }, (_, at) =>
        component(at, (at * 7919) % 301, (at * 104_729) % 65_521),
      )
      const bins = packComponents(many, limit)
      expect(bins.length).toBeLessThanOrEqual(limit)
      expect(bins.flat().length).toBe(count)
      expect(bins.filter((bin) => bin.length === 0)).toHaveLength(1)
    }
})

it('names layers by what is in them', () => {
  expect(binName([])).toBe('Reserved for new packages')
  expect(binName(given.slice(0, 2))).toBe('pkg1.0 and pkg2.0')
  expect(binName(given)).toBe('10 components')
})
