import { createHash, hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { memorySource, miniCommit, miniFiles, readAll } from '@ocish/testing'
import { encodeHashedHeader } from './content-header.ts'
import { encodeDirMeta, encodeDirTree, linkType, regularType } from './dirtree.ts'
import { openRepo } from './repository.ts'
import { encodeXattrs } from './xattrs.ts'

const none = new Map<string, Uint8Array>()
const owner = { uid: 0, gid: 0 }

/** The attributes of the file `capfile` (ostree.md §19.3), not in their order. */
const three = new Map<string, Uint8Array>([
  ['user.zeta', Buffer.from('last')],
  ['security.capability', Buffer.from('0100000200200000000000000000000000000000', 'hex')],
  ['user.alpha', Buffer.from('first')],
])
const capfile = 'ae5929c8373e00f2bd4cd6a832f5bf982661af6f04d8dac2ca59294d6a4b9dee'
const stored =
  '00000066000000000000000000000007' +
  '0000000000000000000081ed0000000000' +
  '73656375726974792e6361706162696c697479000100000200200000000000000000000000000000' +
  '14757365722e616c70686100' +
  '66697273740b757365722e7a65746100' +
  '6c6173740a293a49194b4e2c48cbcc490500'

describe('the byte facts of ostree.md §5, §6 and §19.3', () => {
  it('metadata objects: the folder of root, an empty folder', () => {
    const meta = encodeDirMeta({ ...owner, mode: 0o755, xattrs: none })
    expect(meta.toString('hex')).toBe('0000000000000000000041ed')
    expect(hash('sha256', meta)).toBe('446a0ef11b7cc167f3b603e585c7eeeeb675faa412d5ec73f62988eb0b6c5488')
    const tree = encodeDirTree({ files: [], folders: [] })
    expect(hash('sha256', tree)).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
  })

  it.each([
    [
      'a link',
      linkType | 0o777,
      'usr/bin',
      '',
      '389846c2702216e1367c8dfb68326a6b93ccf5703c89c93979052a9bf359608e',
    ],
    [
      'an empty file',
      regularType | 0o644,
      '',
      '',
      'cc700d46f407c6c5ab2d5dde474366a928b7398277e61162e7f8ec06f469f07e',
    ],
    [
      'a program',
      regularType | 0o755,
      '',
      'hello\n',
      'd6f58149fd47ec2be3fafef4fe767915f195e7ae67b9a0c090b842b156cd07f3',
    ],
  ])('content objects: %s', (_name, mode, target, content, checksum) => {
    const header = encodeHashedHeader({ ...owner, mode, target, xattrs: new Uint8Array(0) })
    expect(createHash('sha256').update(header).update(content).digest('hex')).toBe(checksum)
  })

  it('attributes are hashed in their order, and give the sum of the value of upstream’s fixture', () => {
    const header = encodeHashedHeader({
      ...owner,
      mode: regularType | 0o755,
      target: '',
      xattrs: encodeXattrs(three),
    })
    expect(createHash('sha256').update(header).update('capfile').digest('hex')).toBe(capfile)
    const fixture = encodeXattrs(new Map([['user.mykey', Buffer.from('myvalue')]]))
    expect(hash('sha256', fixture)).toBe('ff85c5dbc5c6a3180554d9158cf4a6b606f6b8eb8e26c94c887fa4d0613e8251')
  })

  it('an archived object with attributes is read', async () => {
    const path = `objects/ae/${capfile.slice(2)}.filez`
    const files = miniFiles({ [path]: Buffer.from(stored, 'hex') })
    const repo = await openRepo(memorySource(files))
    const content = await repo.content(capfile)
    expect(Buffer.from(await readAll(content.open())).toString()).toBe('capfile')
    expect([...content.xattrs.keys()]).toEqual(['security.capability', 'user.alpha', 'user.zeta'])
    expect((await repo.commit(miniCommit)).subject).toBe('mini')
  })
})
