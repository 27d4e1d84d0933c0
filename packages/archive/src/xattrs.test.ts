import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { has, programPath, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { createXattrReader } from './read-xattrs.ts'
import { createXattrWriter } from './write-xattrs.ts'

const bytes = Buffer.from('01000002002000000000', 'hex')

async function roundTrip(): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  await using folder = await temporaryFolder()
  await mkdir(folder.join('with\nline'))
  const path = folder.join('with\nline/liñk')
  await writeFile(path, 'x')
  await symlink('liñk', folder.join('with\nline/a'))
  const reader = createXattrReader()
  const writer = createXattrWriter()
  try {
    await writer.write(path, 'user.ocish', bytes)
    await writer.write(path, 'user.empty', Buffer.alloc(0))
    await expect(writer.write(folder.join('none'), 'user.a', bytes)).toFailWith('FILE_FAILED')
    expect(await reader.read(folder.join('with\nline/a'))).toEqual(new Map())
    expect(await readdir(folder.join('with\nline'))).toHaveLength(2)
    return await reader.read(path)
  } finally {
    reader.close()
    writer.close()
  }
}

describe.skipIf(!has('perl'))('extended attributes', () => {
  const expected = new Map([
    ['user.ocish', bytes],
    ['user.empty', Buffer.alloc(0)],
  ])

  it('are what was set, by the first helper that is installed', async () => {
    expect(await roundTrip()).toEqual(expected)
  })

  it('by perl where there is no python3, by nobody where neither is', async () => {
    const path = process.env['PATH']
    await using folder = await temporaryFolder()
    try {
      await symlink(programPath('perl'), folder.join('perl'))
      await symlink(programPath('uname'), folder.join('uname'))
      process.env['PATH'] = folder.path
      expect(await roundTrip()).toEqual(expected)
      process.env['PATH'] = folder.join('nowhere')
      const reader = createXattrReader()
      expect(await reader.read(folder.path)).toBeUndefined()
      await expect(createXattrWriter().write(folder.path, 'user.a', bytes)).toFailWith('FILE_FAILED')
    } finally {
      process.env['PATH'] = path
    }
  })
})
