import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@ocish/testing'
import { expect, it } from 'vitest'
import { fileHead } from './file-head.ts'

it('gives the first bytes of a file, and all of a shorter one', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'file')
  await fs.writeFile(path, 'twelve bytes')
  expect(fileHead(path, 6)).toStrictEqual({ size: 12, bytes: new Uint8Array(Buffer.from('twelve')) })
  expect(fileHead(path, 1000).bytes).toHaveLength(12)
})

it('refuses what is not there, a link and a folder, by the name the caller gives', async () => {
  await using folder = await temporaryFolder()
  await fs.writeFile(join(folder.path, 'file'), '')
  await fs.symlink('file', join(folder.path, 'link'))
  const head = (name: string) => () => fileHead(join(folder.path, name), 1, 'SHOWN')
  for (const name of ['missing', 'file/in-it', 'link']) {
    expect(head(name)).toFailWith('FILE_NOT_FOUND')
    expect(head(name)).toThrow('no file SHOWN')
  }
  expect(head('')).toFailWith('FILE_FAILED')
  expect(head('')).toThrow('SHOWN is not a file')
})
