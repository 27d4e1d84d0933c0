import { entryPath } from '@ocish/archive'
import { createRepo, openRepo } from '@ocish/ostree-repo'
import {
  hasCode,
  isArtifact,
  isOcishError,
  OcishError,
  type Artifact,
  type Finding,
  type KindContext,
  type KindOption,
  type Source,
} from '@ocish/sdk'
import { compareImage } from './compare.ts'
import { importEncapsulated } from './import-encapsulated.ts'
import { layerEntries } from './image-layers.ts'
import { readImage, type OstreeImage } from './model.ts'
import { nowhere } from './nowhere.ts'
import { openCommit } from './open-commit.ts'

/** What `validate` takes for images of commits. */
export const validateOptions: readonly KindOption[] = [
  {
    name: 'repo',
    type: 'path',
    summary: 'Compare the image with its commit in this OSTree repository, entry by entry',
    verbs: ['validate'],
  },
  {
    name: 'revision',
    type: 'string',
    summary: 'Of the repository (default: the commit that the image names)',
    verbs: ['validate'],
  },
]

/**
 * Looks at everything an image holds (ostree.md §13): configuration, layers and their diff_ids, names, and for an
 * encapsulated one what an importer checks; every object and that none is missing. With the option `repo` also whether it
 * is the commit.
 */
export async function* validateImage(
  input: Artifact | Source,
  context: Pick<KindContext, 'signal' | 'options' | 'warn' | 'file'>,
): AsyncGenerator<Finding> {
  if (!isArtifact(input)) return
  let image: OstreeImage
  try {
    image = await readImage(input)
  } catch (error) {
    yield finding(error, '')
    return
  }
  if (image.commit === '')
    yield { severity: 'warning', code: 'NO_COMMIT', path: 'config', message: 'no label ostree.commit' }
  if (image.architecture === undefined || image.os === undefined)
    yield { severity: 'error', code: 'NO_PLATFORM', path: 'config', message: 'no architecture or os' }
  const known = new Set<string>()
  for (const [index, layer] of image.layers.entries()) {
    try {
      yield* layerFindings(input, image, layer, known, `layers[${index}]`, context.signal)
    } catch (error) {
      yield finding(error, `layers[${index}]`)
    }
  }
  if (image.form === 'encapsulated') yield* objectFindings(input, image, context)
  yield* commitFindings(input, image, context)
}

const whatDiffers = {
  '+': { code: 'NOT_IN_COMMIT', message: 'is in the image, not in the commit' },
  '-': { code: 'NOT_IN_IMAGE', message: 'is in the commit, not in the image' },
  '~': { code: 'DIFFERS', message: 'is not the same in the image and the commit' },
} as const

/** Errors: USAGE_MISSING_ARGUMENT, those of opening a commit. */
async function* commitFindings(
  artifact: Artifact,
  image: OstreeImage,
  context: Pick<KindContext, 'signal' | 'options' | 'warn' | 'file'>,
): AsyncGenerator<Finding> {
  const { repo, revision = image.commit } = context.options
  if (repo === undefined) {
    if (context.options['revision'] === undefined) return
    throw new OcishError('USAGE_MISSING_ARGUMENT', '--revision needs --repo', {
      hint: 'Name the repository with --repo.',
    })
  }
  if (context.file === undefined) throw new OcishError('KIND_FAILED', 'this host opens no files')
  const files = await openRepo(await context.file('repo'), { name: String(context.options['repo']) })
  const source = await openCommit(files, String(revision), false)
  try {
    for await (const { op, path } of compareImage(artifact, source, context))
      yield { severity: 'error', ...whatDiffers[op], path }
  } catch (error) {
    yield finding(error, '')
  }
}

async function* layerFindings(
  artifact: Artifact,
  image: OstreeImage,
  layer: OstreeImage['layers'][number],
  known: Set<string>,
  where: string,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  for await (const member of layerEntries(artifact, layer)) {
    signal.throwIfAborted()
    known.add(entryPath(member.path))
    if (member.type === 'hardlink' && !known.has(entryPath(member.target ?? '')))
      yield {
        severity: 'error',
        code: 'HARDLINK_TARGET',
        path: `${where}//${member.path}`,
        message: `a hard link to ${member.target ?? ''}, which neither this layer has before it nor one below`,
      }
    // Where a booted system merges layers, a later time counts as a change.
    if (image.form === 'encapsulated' && !layer.isDerived && member.mtime !== 0)
      yield {
        severity: 'warning',
        code: 'TIME_NOT_ZERO',
        path: `${where}//${member.path}`,
        message: 'an entry of an encapsulated layer has a time',
      }
    if (member.type === 'character' || member.type === 'block' || member.type === 'fifo')
      yield {
        severity: 'warning',
        code: 'NO_COMMIT_CAN_HOLD',
        path: `${where}//${member.path}`,
        message: `a ${member.type} cannot be part of a commit`,
      }
    if (!layer.isDerived && /(?:^|\/)\.wh\./.test(member.path))
      yield {
        severity: 'error',
        code: 'WHITEOUT',
        path: `${where}//${member.path}`,
        message: 'a layer that was made from a commit deletes a file',
      }
  }
}

/** Runs the import into nothing. */
async function* objectFindings(
  artifact: Artifact,
  image: OstreeImage,
  context: { readonly signal: AbortSignal },
): AsyncGenerator<Finding> {
  const warnings: string[] = []
  const warn = (message: string): void => void warnings.push(message)
  try {
    await importEncapsulated(artifact, image, await createRepo(nowhere()), { signal: context.signal, warn })
  } catch (error) {
    yield finding(error, 'layers')
  }
  for (const message of warnings) yield { severity: 'info', code: 'DERIVED_LAYERS', path: 'layers', message }
}

function finding(error: unknown, path: string): Finding {
  // Bytes that are not what their descriptor says are nothing to remark on, but a broken transfer or store.
  const isOurs = isOcishError(error) && (error.details?.['diffId'] ?? error.details?.['object']) !== undefined
  if (!isOcishError(error) || (hasCode(error, 'DIGEST_MISMATCH', 'SIZE_MISMATCH') && !isOurs)) throw error
  return { severity: 'error', code: error.code, path, message: error.message }
}
