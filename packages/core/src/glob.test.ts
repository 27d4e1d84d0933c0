import { describe, expect, it } from 'vitest'
import { content } from '@ocish/testing'
import { globMatch, matchingTags } from './glob.ts'
import { createMemoryRegistry } from './memory.ts'

describe('globMatch', () => {
  it.each([
    ['v1.*', 'v1.2', true],
    ['v1.*', 'v12', false],
    ['*', '', true],
    ['*', 'a/b', false],
    ['**', 'a/b', true],
    ['team/**/app', 'team/a/b/app', true],
    ['v?', 'v1', true],
    ['v?', 'v', false],
    ['?', '/', false],
    ['?', '😀', true],
    ['a.c', 'abc', false],
    ['[ab]', '[ab]', true],
    ['', '', true],
    ['', 'a', false],
    ['*-rc*', 'v1-rc.1', true],
    ['a**', 'abc/d', true],
    ['***x', 'a/x', true],
  ])('%j and %j: %j', (pattern, name, expected) => {
    expect(globMatch(pattern, name)).toBe(expected)
  })

  it('takes linear time for a pattern of many stars', () => {
    expect(globMatch('*a'.repeat(60), `${'a'.repeat(500)}b`)).toBe(false)
  })
})

it('matchingTags lists what fits', async () => {
  const sample = content({ manifests: { app: {} }, tags: { v1: 'app', 'v1.1': 'app', next: 'app' } })
  const registry = createMemoryRegistry()
  await sample.push(registry, 'app')
  const place = { registry, repository: 'app' }
  expect(await Array.fromAsync(matchingTags(place, ['v*', 'n?xt']))).toEqual(['next', 'v1', 'v1.1'])
  expect(await Array.fromAsync(matchingTags(place))).toEqual(['next', 'v1', 'v1.1'])
})
