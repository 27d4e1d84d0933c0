import { expect, test } from 'vitest'
import { shardOf } from './shard.ts'

const names = Array.from({ length: 200 }, (_, at) => `registry.example.com/mirror/app-${at}`)

test('every repository is in exactly one of the shards, whatever else there is', () => {
  const shards = Array.from({ length: 8 }, (_, at) => shardOf(`${at}/8`))
  for (const name of names) expect(shards.filter((inShard) => inShard(name))).toHaveLength(1)
  for (const inShard of shards) expect(names.some(inShard)).toBe(true)
})

test('without a shard, and in the only one, is everything', () => {
  expect(names.every(shardOf(undefined))).toBe(true)
  expect(names.every(shardOf('0/1'))).toBe(true)
})

test.each(['8/8', '1', '-1/8', '0/0', 'a/b', '1/8/9'])('%s is refused', (text) => {
  expect(() => shardOf(text)).toThrow('is no part of a whole')
})
