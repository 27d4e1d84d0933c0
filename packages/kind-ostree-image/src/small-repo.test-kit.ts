import {
  createRepo,
  encodeCommit,
  encodeDirMeta,
  encodeDirTree,
  openRepo,
  type Commit,
  type NewContent,
  type Repository,
} from '@ocish/ostree-repo'
import type { Source, Target } from '@ocish/sdk'
import { memorySource, memoryTarget, opened } from '@ocish/testing'

/** A tree for tests: text is a file, `->` a link, an object a folder. */
export interface SmallTree {
  readonly [name: string]: string | SmallTree | Partial<NewContent>
}

export const smallRef = 'debian/12/x86_64'

export const smallTree: SmallTree = {
  bin: '->usr/bin',
  usr: {
    bin: {
      hello: { mode: 0o4755, content: 'hello\n' } as never,
      again: { mode: 0o4755, content: 'hello\n' } as never,
    },
    etc: { conf: 'conf\n' },
    lib: { dpkg: { info: { 'hello.list': '/bin/hello\n', 'conf.list': '/etc/conf\n' } }, none: '' },
    share: {
      secret: {
        uid: 5,
        gid: 42,
        mode: 0o600,
        xattrs: new Map([['user.alpha', Buffer.from('first')]]),
        content: 'secret',
      } as never,
      'new\nline ü': 'text',
      empty: {},
    },
  },
  sysroot: { inner: { f: 'f' } },
}

/** Writes an archive repository with one commit of this tree. */
export async function writeSmallRepo(
  target: Target,
  tree: SmallTree,
  ref: string,
  changed: Partial<Commit> = {},
): Promise<void> {
  const writer = await createRepo(target)
  const folder = async (at: SmallTree): Promise<{ readonly tree: string; readonly meta: string }> => {
    const files: { name: string; checksum: string }[] = []
    const folders: { name: string; tree: string; meta: string }[] = []
    const names = Object.keys(at).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    for (const name of names) {
      const value = at[name] ?? ''
      if (isTree(value)) folders.push({ name, ...(await folder(value)) })
      else files.push({ name, checksum: await writer.content(contentOf(value)) })
    }
    const meta = encodeDirMeta({ uid: 0, gid: 0, mode: 0o755, xattrs: new Map() })
    return {
      tree: await writer.metadata('dirtree', encodeDirTree({ files, folders })),
      meta: await writer.metadata('dirmeta', meta),
    }
  }
  const commit: Commit = {
    metadata: new Map([
      ['version', { type: 's', value: '1.2.3' }],
      ['ostree.bootable', { type: 'b', value: true }],
    ]),
    subject: 'small',
    body: '',
    timestamp: 1_704_164_645,
    ...(await folder(tree)),
    ...changed,
  }
  await writer.ref(ref, await writer.metadata('commit', encodeCommit(commit)))
}

/** The files of such a repository. */
export async function smallSource(
  tree: SmallTree = smallTree,
  changed: Partial<Commit> = {},
): Promise<Source> {
  const target = memoryTarget()
  await writeSmallRepo(target, tree, smallRef, changed)
  const entries = [...target.entries].flatMap(([path, entry]) =>
    entry.kind === 'file' ? [[path, entry.bytes] as const] : [],
  )
  return memorySource(Object.fromEntries(entries), 'repo')
}

export async function smallRepo(tree: SmallTree = smallTree): Promise<Repository> {
  return openRepo(await smallSource(tree))
}

function isTree(value: string | object): value is SmallTree {
  return typeof value === 'object' && !('content' in value)
}

function contentOf(value: string | object): NewContent {
  const given =
    typeof value === 'string' ? { content: value } : (value as Partial<NewContent> & { content: string })
  const isLink = given.content.startsWith('->')
  const bytes = Buffer.from(isLink ? '' : given.content)
  return {
    uid: 0,
    gid: 0,
    mode: 0o644,
    xattrs: new Map(),
    ...given,
    type: isLink ? 'link' : 'file',
    size: bytes.length,
    open: opened(bytes),
    ...(isLink && { target: given.content.slice(2) }),
  }
}
