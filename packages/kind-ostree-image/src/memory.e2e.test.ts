import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createRepo, encodeCommit, encodeDirMeta, encodeDirTree } from '@ocish/ostree-repo'
import type { Target } from '@ocish/sdk'
import { runOcish, temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

const mebibyte = 2 ** 20
const fileSize = 32 * mebibyte
const files = 64
const limit = 200 * mebibyte
const ref = 'big/x86_64/os'

let folder: TemporaryFolder

function diskTarget(root: string): Target {
  const at = (path: string): string => `${root}/${path}`
  const place = async (path: string): Promise<string> => {
    await mkdir(dirname(at(path)), { recursive: true })
    return at(path)
  }
  return {
    write: async (path, content) => pipeline(content, createWriteStream(await place(path))),
    folder: async (path) => void (await mkdir(at(path), { recursive: true })),
    link: async () => {},
    move: async (path, to) => rename(at(path), await place(to)),
    remove: async (path) => rm(at(path)),
  }
}

/** The same text over and over, other text for each file: small where it is compressed, and the objects differ. */
async function* repeated(seed: number): AsyncGenerator<Uint8Array> {
  const block = Buffer.alloc(mebibyte, `file ${seed} has a line that is repeated until the file is full\n`)
  for (let size = 0; size < fileSize; size += mebibyte) yield block
}

/** A commit with 2 GiB in 64 files, in an archive repository of a few MiB. */
async function makeRepository(): Promise<void> {
  folder = await temporaryFolder('ocish-memory-')
  const writer = await createRepo(diskTarget(folder.join('repo')))
  const entries: { readonly name: string; readonly checksum: string }[] = []
  const xattrs = new Map<string, Uint8Array>()
  for (let seed = 0; seed < files; seed += 1) {
    const open = (): AsyncGenerator<Uint8Array> => repeated(seed)
    const file = { type: 'file', uid: 0, gid: 0, mode: 0o644, xattrs, size: fileSize, open } as const
    entries.push({ name: `file-${String(seed).padStart(3, '0')}`, checksum: await writer.content(file) })
  }
  const tree = await writer.metadata('dirtree', encodeDirTree({ files: entries, folders: [] }))
  const meta = await writer.metadata('dirmeta', encodeDirMeta({ uid: 0, gid: 0, mode: 0o755, xattrs }))
  const commit = { metadata: new Map(), subject: 'big', body: '', timestamp: 1_704_164_645, tree, meta }
  await writer.ref(ref, await writer.metadata('commit', encodeCommit(commit)))
}

beforeAll(makeRepository, 300_000)
afterAll(async () => folder.remove())

/** Peak resident set in bytes of a run of the program, which must succeed. */
async function peakOf(line: string): Promise<number> {
  const report = folder.join('peak')
  // A process knows its own peak at its end; who looks from outside may come too late.
  const hook = `import { writeFileSync } from 'node:fs'
    process.on('exit', () => writeFileSync(${JSON.stringify(report)}, String(process.resourceUsage().maxRSS)))`
  const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`]
  const { code, stderr } = await runOcish(line.split(' '), { cwd: folder.path, nodeArgs })
  if (code !== 0) throw new Error(`${line}: exit status ${code}: ${stderr}`)
  return Number(await readFile(report, 'utf8')) * 1024
}

it.each([
  `ostree build repo ${ref} oci:gzip:1 --level 1`,
  `ostree build repo ${ref} oci:reuse:1 --compression reuse`,
  `ostree build repo ${ref} tar:none.tar:1 --compression none`,
  `ostree encapsulate repo ${ref} oci:encapsulated:1 --level 1`,
  'ostree import oci:encapsulated:1 imported --ref back',
  'ostree import oci:gzip:1 imported --ref plain',
  `ostree fsck repo`,
])(
  '%s stays below 200 MiB of memory for a tree of 2 GiB',
  async (line) => {
    expect(await peakOf(line)).toBeLessThan(limit)
  },
  240_000,
)
