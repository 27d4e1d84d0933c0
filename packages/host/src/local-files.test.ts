import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { streamOf } from '@ocish/sdk'
import { temporaryFolder } from '@ocish/testing'
import { expect, test } from 'vitest'
import { localFiles } from './local-files.ts'

const { signal } = new AbortController()

test('how a file begins that is appended to: a regular file alone is opened for that', async () => {
  await using home = await temporaryFolder()
  const files = localFiles({ cwd: home.path, home: home.path })
  await writeFile(home.join('long.csv'), `${'a,'.repeat(40_000)}\n`)
  execFileSync('mkfifo', [home.join('pipe')])
  expect(await files.beginning?.('long.csv')).toBe('a,'.repeat(32 * 1024))
  expect(await files.beginning?.('missing')).toBe('')
  expect(await files.beginning?.('.')).toBe('')
  // Nobody writes into it: to open it would never end.
  expect(await files.beginning?.('pipe')).toBe('')
})

test('what is appended follows what was there', async () => {
  await using home = await temporaryFolder()
  const files = localFiles({ cwd: home.path, home: home.path })
  await writeFile(home.join('t.csv'), 'a\n1\n')
  await files.write('t.csv', streamOf(Buffer.from('2\n')), { append: true, signal })
  expect(await readFile(home.join('t.csv'), 'utf8')).toBe('a\n1\n2\n')
})
