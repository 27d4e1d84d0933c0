import { createRepo, openRepo, type RepoWriter, type WrittenMode } from '@ocish/ostree-repo'
import {
  hasCode,
  OcishError,
  type Artifact,
  type KindCall,
  type KindCommand,
  type KindCommandContext,
  type Source,
  statOrNothing,
} from '@ocish/sdk'
import { importEncapsulated } from '../import-encapsulated.ts'
import { importPlain } from '../import-plain.ts'
import { readImage } from '../model.ts'
import { repoParam } from './flags.ts'

export const importImage: KindCommand = {
  name: 'import',
  summary: 'Make a commit of an image, in a new repository or in one of mode archive or bare-user',
  params: [
    { name: 'image', type: 'ref', summary: 'An image: encapsulated ones give back their commit' },
    { ...repoParam, summary: 'The folder of a repository, or of a new one' },
  ],
  flags: [
    {
      name: 'ref',
      type: 'string',
      optional: true,
      summary: "The commit's name (default: ostree/container/image/…)",
    },
    { name: 'arch', type: 'string', optional: true, summary: 'Which image of an index' },
    {
      name: 'mode',
      type: 'string',
      enum: ['archive', 'bare-user'],
      optional: true,
      summary: 'Mode of a new repository (default archive)',
    },
    { name: 'force', type: 'bool', optional: true, summary: 'Move the ref when it exists' },
  ],
  output: { form: 'rows', columns: ['ref', 'commit', 'form'] },
  effect: 'L',
  examples: [
    { line: 'ostree import registry.example.com/os/debian:12 ./repo --ref debian/12', note: 'into ./repo' },
  ],
  async *run({ args, flags }, context) {
    const location = String(args['image'])
    const artifact = await chosen(await context.lookup.open(location), flags['arch'])
    const image = await readImage(artifact)
    const writer = await openWriter(context, args, flags['mode'])
    const form = image.form === 'encapsulated' ? importEncapsulated : importPlain
    const commit = await form(artifact, image, writer, context)
    const ref =
      typeof flags['ref'] === 'string' ? flags['ref'] : `ostree/container/image/${escaped(location)}`
    await writer.ref(ref, commit)
    yield { ref, commit, form: image.form }
  },
}

async function chosen(artifact: Artifact, arch: unknown): Promise<Artifact> {
  if (artifact.manifest.form !== 'index') return artifact
  const platform = typeof arch === 'string' ? { os: 'linux', architecture: arch } : undefined
  const children = await artifact.children(platform)
  const [only] = children
  if (only === undefined || children.length > 1)
    throw new OcishError(
      'PLATFORM_NOT_FOUND',
      `the index has ${children.length} images that could be meant`,
      {
        hint: 'Name one with --arch.',
      },
    )
  return only
}

/** Adds to the repository that is there, else begins one. */
async function openWriter(
  context: KindCommandContext,
  args: KindCall['args'],
  wanted: unknown,
): Promise<RepoWriter> {
  if (context.target === undefined) throw new OcishError('KIND_FAILED', 'this host writes no folders')
  const existing = await existingRepo(context, args)
  const target = await context.target('repo', { merge: true })
  const mode = existing?.mode ?? (wanted === 'bare-user' ? 'bare-user' : 'archive')
  return createRepo(
    target,
    async (path) => existing !== undefined && (await statOrNothing(existing.folder, path)) !== undefined,
    mode,
  )
}

async function existingRepo(
  context: KindCommandContext,
  args: KindCall['args'],
): Promise<{ readonly folder: Source; readonly mode: WrittenMode } | undefined> {
  const folder = await context.folder?.('repo').catch((error: unknown) => {
    if (hasCode(error, 'FILE_NOT_FOUND')) return undefined
    throw error
  })
  if (folder === undefined || !(await hasEntries(folder))) return undefined
  const { mode } = await openRepo(folder, { name: String(args['repo']) })
  if (mode === 'archive' || mode === 'bare-user') return { folder, mode }
  throw new OcishError(
    'OSTREE_REPO_INVALID',
    `the repository has mode ${mode}; only archive and bare-user are written`,
    { hint: 'Import into a new folder, then ostree pull-local from it.' },
  )
}

async function hasEntries(folder: Source): Promise<boolean> {
  for await (const _ of folder.list('')) return true
  return false
}

/** As ostree-ext names refs: what a ref cannot hold becomes `_HEX_` (ostree.md §17b). */
export function escaped(text: string): string {
  let before = ''
  return Array.from(text)
    .map((char) => {
      const keep = /^[A-Za-z0-9-]$/.test(char) || (char === '/' && /^[A-Za-z0-9]$/.test(before))
      before = char
      if (keep) return char
      return char === '_' ? '__' : `_${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}_`
    })
    .join('')
}
