import { createHash, hash } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import {
  encodeArchiveHeader,
  encodeCommit,
  encodeDirMeta,
  encodeDirTree,
  encodeHashedHeader,
  objectPath,
  regularType,
  type Commit,
  type DirTree,
  type ObjectKind,
} from '@ocish/ostree-repo'
import { ocishBin, runOcish, temporaryFolder, type OcishRun, type TemporaryFolder } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let folder: TemporaryFolder
const none: DirTree = { files: [], folders: [] }

/** A repository on disk of whatever a test wants, whose checksums are right unless it says otherwise. */
class EvilRepo {
  readonly #root: string
  meta = ''
  file = ''

  private constructor(root: string) {
    this.#root = root
  }

  static async make(name: string): Promise<EvilRepo> {
    const repo = new EvilRepo(folder.join(name))
    await repo.write('config', '[core]\nrepo_version=1\nmode=archive-z2\n')
    await mkdir(join(folder.join(name), 'objects'), { recursive: true })
    repo.meta = await repo.put('dirmeta', encodeDirMeta({ uid: 0, gid: 0, mode: 0o755, xattrs: new Map() }))
    repo.file = await repo.content('content')
    return repo
  }

  async write(path: string, bytes: Uint8Array | string): Promise<void> {
    await mkdir(dirname(join(this.#root, path)), { recursive: true })
    await writeFile(join(this.#root, path), bytes)
  }

  async put(kind: ObjectKind, bytes: Uint8Array, checksum: string = hash('sha256', bytes)): Promise<string> {
    await this.write(objectPath(checksum, kind), bytes)
    return checksum
  }

  async content(text: string, size: number = text.length): Promise<string> {
    const header = { uid: 0, gid: 0, mode: regularType | 0o644, target: '', xattrs: new Uint8Array(0) }
    const checksum = createHash('sha256').update(encodeHashedHeader(header)).update(text).digest('hex')
    return this.put(
      'filez',
      Buffer.concat([encodeArchiveHeader(header, size), deflateRawSync(text)]),
      checksum,
    )
  }

  /** The ref `main`. */
  async commit(tree: DirTree | string, changed: Partial<Commit> = {}): Promise<string> {
    const root = typeof tree === 'string' ? tree : await this.put('dirtree', encodeDirTree(tree))
    const commit = { metadata: new Map(), subject: '', body: '', timestamp: 0, tree: root, meta: this.meta }
    const checksum = await this.put('commit', encodeCommit({ ...commit, ...changed }))
    await this.write('refs/heads/main', `${checksum}\n`)
    return checksum
  }
}

async function run(line: string): Promise<OcishRun> {
  return runOcish(line.split(' '), { cwd: folder.path, env: { HOME: folder.join('home') } })
}

/** Neither form of image is made, and nothing of it is left. */
async function expectRefused(repo: string, status: number, told: RegExp): Promise<void> {
  for (const verb of ['build', 'encapsulate']) {
    const { code, stdout, stderr } = await run(`ostree ${verb} ${repo} main oci:no-${repo}:1 --arch amd64`)
    expect([verb, code, stdout]).toEqual([verb, status, ''])
    expect(stderr).toMatch(told)
    expect(await readdir(folder.path)).not.toContain(`no-${repo}`)
  }
}

describe.skipIf(ocishBin === '')(
  'repositories that are damaged or meant to do harm, on the built program',
  () => {
    beforeAll(async () => {
      folder = await temporaryFolder('ocish-bad-input-')
    })
    afterAll(async () => folder.remove())

    it('a folder of 100,000 entries becomes an image with all of them, and the commit again', async () => {
      const repo = await EvilRepo.make('many')
      const files = Array.from({ length: 100_000 }, (_, at) => ({
        name: `name-${String(at).padStart(6, '0')}`,
        checksum: repo.file,
      }))
      const commit = await repo.commit({ files, folders: [] })
      const listed = await run('ostree ls many main -o ndjson')
      expect(listed.stdout.split('\n').filter(Boolean)).toHaveLength(100_001)
      for (const verb of ['build', 'encapsulate']) {
        const made = await run(`ostree ${verb} many main oci:many-${verb}:1 --arch amd64`)
        expect([made.code, made.stderr]).toEqual([0, ''])
        const compared = await run(`ostree compare oci:many-${verb}:1 many main`)
        expect([compared.code, compared.stdout]).toEqual([0, ''])
      }
      const imported = await run('ostree import oci:many-encapsulate:1 many-back --ref main -o json')
      expect(JSON.parse(imported.stdout)).toMatchObject([{ commit }])
    })

    it('a folder that is in itself: its checksum cannot be right, exit 7 naming the object', async () => {
      const repo = await EvilRepo.make('loop')
      const loop = 'ab'.repeat(32)
      await repo.put(
        'dirtree',
        encodeDirTree({ files: [], folders: [{ name: 'a', tree: loop, meta: repo.meta }] }),
        loop,
      )
      await repo.commit(loop)
      await expectRefused('loop', 7, new RegExp(`ab/${loop.slice(2)}\\.dirtree`))
      expect((await run('ostree fsck loop')).code).toBe(7)
    })

    it('a commit that is its own parent has a wrong checksum; one whose parent is not here becomes an image', async () => {
      const repo = await EvilRepo.make('parents')
      await repo.commit(
        { files: [{ name: 'a', checksum: repo.file }], folders: [] },
        { parent: 'cd'.repeat(32) },
      )
      expect((await run('ostree build parents main oci:parents-image:1 --arch amd64')).code).toBe(0)
      const log = await run('ostree log parents main -o ndjson')
      expect([log.code, log.stdout.trim().split('\n').length]).toEqual([0, 1])
      expect(log.stderr).toContain('is not in the repository')
      const own = 'ef'.repeat(32)
      const tree = await repo.put('dirtree', encodeDirTree(none))
      const commit = { metadata: new Map(), subject: '', body: '', timestamp: 0, tree, meta: repo.meta }
      await repo.put('commit', encodeCommit({ ...commit, parent: own }), own)
      expect((await run(`ostree log parents ${own}`)).code).toBe(7)
    })

    it('a partial commit is refused, and with --allow-partial ends at what is missing', async () => {
      const repo = await EvilRepo.make('partial')
      const commit = await repo.commit({ files: [{ name: 'a', checksum: repo.file }], folders: [] })
      await repo.write(`state/${commit}.commitpartial`, '')
      await expectRefused('partial', 10, /only a part of the commit .*--allow-partial/)
      const whole = await run('ostree build partial main oci:partial-image:1 --arch amd64 --allow-partial')
      expect(whole.code).toBe(0)
      await rm(folder.join(`partial/${objectPath(repo.file, 'filez')}`))
      const torn = await run('ostree build partial main oci:torn:1 --arch amd64 --allow-partial')
      expect([torn.code, torn.stderr]).toEqual([3, expect.stringContaining('"/a"')])
      expect(await readdir(folder.path)).not.toContain('torn')
    })

    it.each([
      ['no UTF-8', Buffer.from([0xff, 0xfe])],
      ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
      ['a slash', Buffer.from('a/b')],
      ['the folder above', Buffer.from('..')],
      ['nothing', Buffer.alloc(0)],
      ['300 bytes', Buffer.alloc(300, 'x')],
    ])('a name of %s', async (name, bytes) => {
      const repo = await EvilRepo.make(`name-${name.replaceAll(' ', '-')}`)
      const plain = encodeDirTree({
        files: [{ name: 'x'.repeat(bytes.length), checksum: repo.file }],
        folders: [],
      })
      const tree = Buffer.from(plain)
      tree.set(bytes)
      await repo.commit(await repo.put('dirtree', tree))
      await expectRefused(`name-${name.replaceAll(' ', '-')}`, 7, /\.dirtree/)
    })

    it('a newline and control characters in names are kept in the image and shown escaped', async () => {
      const repo = await EvilRepo.make('control')
      await repo.commit({ files: [{ name: 'a\u001b[31m\nb', checksum: repo.file }], folders: [] })
      const made = await run('ostree build control main oci:control-image:1 --arch amd64')
      expect(made.code).toBe(0)
      const compared = await run('ostree compare oci:control-image:1 control main')
      expect([compared.code, compared.stdout]).toEqual([0, ''])
      for (const line of ['ostree ls control main', 'ls oci:control-image:1//']) {
        const { code, stdout } = await run(line)
        expect(code).toBe(0)
        expect(stdout).not.toContain('\u001b')
        expect(stdout).not.toContain('a\nb')
      }
    })

    it.each([
      [2 ** 60, 6],
      [6, 7],
    ])('a size of %d, which the object has not', async (size, status) => {
      const repo = await EvilRepo.make(`size-${size}`)
      const checksum = await repo.content('content', size)
      await repo.commit({ files: [{ name: 'huge', checksum }], folders: [] })
      await expectRefused(`size-${size}`, status, /"\/huge"/)
    })

    it('§19.2 forty levels of nine equal folders: nobody begins to walk them, fsck looks at each object once', async () => {
      const repo = await EvilRepo.make('bomb')
      let tree = await repo.put('dirtree', encodeDirTree(none))
      for (let level = 0; level < 40; level += 1) {
        const inner = tree
        const folders = Array.from({ length: 9 }, (_, at) => ({
          name: `${at}`,
          tree: inner,
          meta: repo.meta,
        }))
        tree = await repo.put('dirtree', encodeDirTree({ files: [], folders }))
      }
      await repo.commit(tree)
      const checked = await run('ostree fsck bomb')
      expect([checked.code, checked.stdout]).toEqual([0, ''])
      await expectRefused('bomb', 6, /entries of a tree: more than 5000000/)
      const harmless = await EvilRepo.make('harmless')
      await harmless.commit({ files: [{ name: 'a', checksum: harmless.file }], folders: [] })
      expect((await run('ostree build harmless main oci:harmless-image:1 --arch amd64')).code).toBe(0)
      for (const line of [
        'ostree ls bomb main --recursive',
        'ls ostree:bomb:main//',
        'ostree compare oci:harmless-image:1 bomb main',
      ]) {
        const { code, stdout, stderr } = await run(line)
        expect([line, code, stdout]).toEqual([line, 6, ''])
        expect(stderr).toContain('entries of a tree')
      }
      const findings = await run('validate oci:harmless-image:1 --repo bomb --revision main')
      expect([findings.code, findings.stdout]).toEqual([1, expect.stringMatching(/LIMIT_EXCEEDED.*entries/)])
      const top = await run('ostree ls bomb main -o ndjson')
      expect([top.code, top.stdout.trim().split('\n').length]).toEqual([0, 10])
    })

    it('names that would delete files are refused in both forms', async () => {
      const repo = await EvilRepo.make('whiteout')
      await repo.commit({ files: [{ name: '.wh.x', checksum: repo.file }], folders: [] })
      await expectRefused('whiteout', 1, /"\/\.wh\.x"/)
    })
  },
)
