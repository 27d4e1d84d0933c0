import { apiVersion, type Kind, kindData } from '@ocish/sdk'
import { expect, test } from 'vitest'
import type { KindSuiteOptions } from '../kind-suite.ts'
import { expectJsonAble } from './acts.ts'

const kebab = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/

/** What can be said of a kind without an artifact. */
export function dataCases(kind: Kind, { packageJson }: KindSuiteOptions): void {
  test("package.json's ocish field equals the object", () => {
    const field = memberOf(packageJson, 'ocish')
    expect(memberOf(field, 'apiVersion')).toBe(apiVersion)
    const kinds = memberOf(field, 'kinds')
    const own = Array.isArray(kinds) ? kinds.find((data) => memberOf(data, 'name') === kind.name) : undefined
    expect(own).toEqual(JSON.parse(JSON.stringify(kindData(kind))))
  })

  test('is frozen and of this contract', () => {
    expect(Object.isFrozen(kind)).toBe(true)
    expect(kind.apiVersion).toBe(apiVersion)
  })

  test('has names in kebab case', () => {
    expect(kind.name).toMatch(kebab)
    expect(kind.family ?? kind.name).toMatch(kebab)
    for (const { name } of kind.options ?? []) expect(name).toMatch(kebab)
    for (const { name } of kind.commands ?? []) expect(name).toMatch(kebab)
  })

  test('matches by data, and never by repository', () => {
    expect(kind.match).not.toEqual([])
    for (const match of kind.match) {
      expect(Object.keys(match)).not.toEqual([])
      expect(match.repositoryPrefix, 'repositoryPrefix comes from settings').toBeUndefined()
    }
  })

  test('has one option and one command of a name', () => {
    for (const named of [kind.options ?? [], kind.commands ?? []]) {
      const names = named.map(({ name }) => name)
      expect(names).toEqual([...new Set(names)])
    }
  })

  test('has data that JSON keeps', () => expectJsonAble(kindData(kind)))
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}
