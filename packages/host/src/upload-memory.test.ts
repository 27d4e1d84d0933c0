import { readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { temporaryFolder } from '@ocish/testing'
import { expect, it } from 'vitest'
import { openUploadMemory } from './upload-memory.ts'

it('remembers uploads between processes, for this user alone, until they are done', async () => {
  await using folder = await temporaryFolder()
  const first = openUploadMemory(folder.join('uploads'))
  expect(await first.get('a')).toBeUndefined()
  await first.set('a', 'https://registry.example/v2/a/blobs/uploads/1?state=secret')
  const [name = ''] = await readdir(folder.join('uploads'))
  expect((await stat(folder.join('uploads', name))).mode & 0o777).toBe(0o600)
  const second = openUploadMemory(folder.join('uploads'))
  expect(await second.get('a')).toContain('state=secret')
  await second.delete('a')
  expect(await readdir(folder.join('uploads'))).toEqual([])
})

it('forgets what is a week old, and bears what it cannot write', async () => {
  await using folder = await temporaryFolder()
  const memory = openUploadMemory(folder.join('uploads'))
  await memory.set('old', 'x')
  const [name = ''] = await readdir(folder.join('uploads'))
  await utimes(folder.join('uploads', name), 0, 0)
  expect(await memory.get('old')).toBeUndefined()
  await memory.set('older', 'x')
  await utimes(folder.join('uploads', (await readdir(folder.join('uploads')))[0] ?? ''), 0, 0)
  await memory.set('new', 'y')
  expect(await readdir(folder.join('uploads'))).toHaveLength(1)
  await writeFile(folder.join('file'), '')
  const nowhere = openUploadMemory(folder.join('file', 'uploads'))
  await nowhere.set('a', 'x')
  expect(await nowhere.get('a')).toBeUndefined()
})
