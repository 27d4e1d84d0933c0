import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exitByCode } from '@ocish/sdk'
import { expect, test } from 'vitest'
import { errorCodes, errorHelp, errorsPage } from './error-codes.ts'

/** The codes of the language and of usage in this package's sources. */
async function codesInSources(): Promise<Set<string>> {
  const codes = new Set<string>()
  for (const entry of await readdir(import.meta.dirname, { recursive: true })) {
    if (!entry.endsWith('.ts') || entry.endsWith('.test.ts')) continue
    const text = await readFile(join(import.meta.dirname, entry), 'utf8')
    for (const [, code] of text.matchAll(/'((?:SYNTAX|BIND|USAGE)_[A-Z_]+[A-Z])'/g)) codes.add(code!)
  }
  return codes
}

test('every code has a cause and a way out (add yours to error-codes.ts)', async () => {
  const existing = new Set([...Object.keys(exitByCode), ...(await codesInSources())])
  expect([...existing].filter((code) => !Object.hasOwn(errorCodes, code))).toEqual([])
  for (const [code, { cause, wayOut }] of Object.entries(errorCodes)) {
    expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/)
    expect(cause).toMatch(/^\S.*[^.]$/)
    expect(wayOut).toMatch(/^[A-Z].*\.$/)
  }
})

test('docs/errors.md is what the table says (vitest -u writes it)', async () => {
  await expect(errorsPage()).toMatchFileSnapshot('../../../docs/errors.md')
})

test('help for a code', () => {
  expect(errorHelp('TAG_NOT_FOUND')).toMatchObject({
    name: 'TAG_NOT_FOUND',
    summary: 'the repository has no such tag',
  })
  expect(errorHelp('constructor')).toBeUndefined()
})
