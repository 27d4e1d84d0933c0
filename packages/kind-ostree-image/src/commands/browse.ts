import { fsck as check, metadataText, walk, type Commit, type TreeNode } from '@ocish/ostree-repo'
import type { KindCommand, KindParam } from '@ocish/sdk'
import { formatTime } from '../image-options.ts'
import { showCommit } from '../show-commit.ts'
import { repoParam, revisionParam } from './flags.ts'
import { openRepoArgument } from './open-repo.ts'

const optionalPath: KindParam = {
  name: 'path',
  type: 'string',
  optional: true,
  summary: 'Begin here (default /)',
}

export const refs: KindCommand = {
  name: 'refs',
  summary: 'List the refs of a repository',
  params: [repoParam],
  output: { form: 'rows', columns: ['ref', 'commit', 'alias', 'problem'] },
  effect: 'R',
  examples: [{ line: 'ostree refs ./repo', note: 'local refs and those of remotes' }],
  async *run({ args }, context) {
    const repo = await openRepoArgument(context, args)
    for await (const { ref, commit = '', alias = '', problem = '' } of repo.refs())
      yield { ref, commit, alias, problem }
  },
}

export const log: KindCommand = {
  name: 'log',
  summary: 'List a commit and its parents',
  params: [repoParam, revisionParam],
  output: { form: 'rows', columns: ['commit', 'time', 'version', 'subject'] },
  effect: 'R',
  examples: [{ line: 'ostree log ./repo debian/12/x86_64', note: 'until a parent is not here' }],
  async *run({ args }, context) {
    const repo = await openRepoArgument(context, args)
    let next: string | undefined = await repo.resolve(String(args['revision']))
    for (let isFirst = true; next !== undefined; isFirst = false) {
      context.signal.throwIfAborted()
      const checksum: string = next
      // A short history is normal: it ends where a parent is not here.
      if (!isFirst && !(await repo.hasCommit(checksum))) {
        context.warn(`the parent ${checksum} is not in the repository`)
        return
      }
      const commit: Commit = await repo.commit(checksum)
      yield {
        commit: checksum,
        time: formatTime(commit.timestamp),
        version: metadataText(commit, 'version') ?? '',
        subject: commit.subject,
      }
      next = commit.parent
    }
  },
}

export const show: KindCommand = {
  name: 'show',
  summary: 'Show a commit and its metadata',
  params: [repoParam, revisionParam],
  output: { form: 'value' },
  effect: 'R',
  examples: [{ line: 'ostree show ./repo debian/12/x86_64', note: 'with the checksum of its content' }],
  async *run({ args }, context) {
    const repo = await openRepoArgument(context, args)
    const checksum = await repo.resolve(String(args['revision']))
    const commit = await repo.commit(checksum)
    const detached = await repo.detached(checksum)
    yield {
      ...showCommit(checksum, commit),
      mode: repo.mode,
      partial: await repo.isPartial(checksum),
      signatures: [...(detached?.keys() ?? [])],
    }
  },
}

export const ls: KindCommand = {
  name: 'ls',
  summary: 'List the files of a commit',
  params: [repoParam, revisionParam, optionalPath],
  flags: [{ name: 'recursive', type: 'bool', optional: true, summary: 'Also what lies in the folders' }],
  output: {
    form: 'rows',
    columns: ['mode', 'uid', 'gid', 'size', 'checksum', 'path', 'target', 'meta', 'xattrs'],
  },
  effect: 'R',
  examples: [
    { line: 'ostree ls ./repo debian/12/x86_64 /usr', note: 'one folder' },
    { line: 'ostree ls ./repo debian/12/x86_64 --recursive', note: 'everything' },
  ],
  async *run({ args, flags }, context) {
    const repo = await openRepoArgument(context, args)
    const commit = await repo.commit(await repo.resolve(String(args['revision'])))
    const from = typeof args['path'] === 'string' ? args['path'] : ''
    const options = { signal: context.signal, from, recursive: flags['recursive'] === true }
    for await (const node of walk(repo, commit, options)) yield row(node)
  },
}

function row(node: TreeNode): Readonly<Record<string, unknown>> {
  const type = { folder: 'd', file: '-', link: 'l' }[node.type]
  return {
    mode: `${type}${node.mode.toString(8).padStart(5, '0')}`,
    uid: node.uid,
    gid: node.gid,
    size: node.type === 'folder' ? 0 : node.size,
    checksum: node.type === 'folder' ? node.tree : node.checksum,
    path: `/${node.path}`,
    target: node.type === 'link' ? (node.target ?? '') : '',
    meta: node.type === 'folder' ? node.meta : '',
    xattrs: [...node.xattrs].map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`),
  }
}

export const fsck: KindCommand = {
  name: 'fsck',
  summary: 'Verify every object of a commit, or of all refs',
  params: [repoParam, { ...revisionParam, optional: true }],
  output: { form: 'rows', columns: ['commit', 'object', 'path', 'code', 'message'] },
  effect: 'R',
  examples: [{ line: 'ostree fsck ./repo', note: 'all refs; exit 7 when something is damaged' }],
  async *run({ args }, context) {
    const repo = await openRepoArgument(context, args)
    const commits = new Set<string>()
    const { revision } = args
    if (typeof revision !== 'string') {
      for await (const { ref, commit, problem } of repo.refs()) {
        if (commit !== undefined) commits.add(commit)
        if (problem !== undefined) context.warn(`${ref}: ${problem}`)
      }
    } else commits.add(await repo.resolve(revision))
    let damaged = false
    for (const commit of commits)
      for await (const fault of check(repo, commit, { signal: context.signal })) {
        damaged = true
        yield { commit, ...fault, path: `/${fault.path}` }
      }
    return damaged ? 7 : 0
  },
}
