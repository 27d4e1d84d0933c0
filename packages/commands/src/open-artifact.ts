import { checkSize, type ManifestContent } from '@ocish/core'
import {
  type Descriptor,
  hasCode,
  type Location,
  type Manifest,
  OcishError,
  parseManifest,
  type Span,
} from '@ocish/sdk'
import { nearest } from '@ocish/shell'
import { isDigestTag } from './hidden-tags.ts'
import { closestRepository, missingRepository, placeHint } from './missing-repository.ts'
import { childFor } from './platform-child.ts'
import type { Access, Opened, Services } from './services.ts'

/** A place and what in it was named. */
export interface Named extends Opened {
  /** A tag or a digest. */
  readonly reference: string
}

/** A manifest that was read: its exact bytes, and what they say. */
export interface ReadManifest {
  readonly content: ManifestContent
  readonly manifest: Manifest
  /** What the reference itself points to; another one than `content.descriptor` when a platform was chosen. */
  readonly root: Descriptor
}

/** Tags that are looked at for a suggestion. */
const suggestionLimit = 10_000

/**
 * Opens a location that must name one artifact. A layout or archive with a single tag needs none.
 * Errors: REFERENCE_INVALID (no tag or digest), those of `Services.open`.
 */
export async function openArtifact(
  location: string | Location,
  services: Services,
  signal: AbortSignal,
  access: Access = 'read',
): Promise<Named> {
  const opened = await services.open(location, access)
  const reference = opened.reference ?? (await onlyTag(opened, signal))
  if (reference === undefined) throw unnamed(opened)
  return { ...opened, reference }
}

async function onlyTag(opened: Opened, signal: AbortSignal): Promise<string | undefined> {
  if (!['oci', 'tar', 'docker-archive', 'stdio'].includes(opened.location.scheme)) return undefined
  const tags: string[] = []
  for await (const tag of opened.registry.tags(opened.repository, { signal })) {
    tags.push(tag)
    if (tags.length > 1) return undefined
  }
  return tags[0]
}

function unnamed(opened: Opened): OcishError {
  const { text } = opened.location
  return new OcishError('REFERENCE_INVALID', `${opened.display} names a repository, not an artifact`, {
    hint: `Add a tag or a digest; tags ${opened.display} lists what there is.`,
    details: { input: text, span: { from: 0, to: text.length } },
  })
}

/** The bytes that a reference points to. Errors: TAG_NOT_FOUND (with the closest tags), those of `openManifest`. */
export async function readContent(artifact: Named, signal: AbortSignal): Promise<ManifestContent> {
  return withSuggestion(artifact, signal, () =>
    artifact.registry.openManifest(artifact.repository, artifact.reference, { signal }),
  )
}

/**
 * Reads what a reference points to, without a choice of platform.
 * Errors: as `readContent`, and MANIFEST_INVALID, UNSUPPORTED.
 */
export async function readRoot(artifact: Named, signal: AbortSignal): Promise<ReadManifest> {
  const content = await readContent(artifact, signal)
  return {
    content,
    manifest: parseManifest(content.bytes, content.descriptor.mediaType),
    root: content.descriptor,
  }
}

/**
 * Reads what a reference points to; of an index, the entry for `--platform`.
 * Errors: PLATFORM_NOT_FOUND, and those of `readRoot`.
 */
export async function readManifest(
  artifact: Named,
  services: Services,
  signal: AbortSignal,
): Promise<ReadManifest> {
  const root = await readRoot(artifact, signal)
  const platform = services.options.platform
  if (platform === undefined || root.manifest.form !== 'index') return root
  return readChild(artifact, root, childFor(root.manifest, platform, artifact.display), signal)
}

/**
 * As `readManifest`, but never an index: without `--platform` the machine's own platform is taken, or the only entry.
 * Errors: PLATFORM_NOT_FOUND, and those of `readRoot`.
 */
export async function readSingle(
  artifact: Named,
  services: Services,
  signal: AbortSignal,
): Promise<ReadManifest> {
  let read = await readRoot(artifact, signal)
  for (let depth = 0; read.manifest.form === 'index' && depth < 8; depth++) {
    const child = childFor(read.manifest, services.options.platform, artifact.display)
    // Each level is known only after the one above it.
    read = { ...(await readChild(artifact, read, child, signal)), root: read.root }
  }
  return read
}

/** Reads an entry of an index. Errors: SIZE_MISMATCH, and those of `openManifest`. */
async function readChild(
  artifact: Named,
  parent: ReadManifest,
  child: Descriptor,
  signal: AbortSignal,
): Promise<ReadManifest> {
  const content = await artifact.registry.openManifest(artifact.repository, child.digest, { signal })
  checkSize(child, content.bytes.length)
  const manifest = parseManifest(content.bytes, content.descriptor.mediaType)
  return { content, manifest, root: parent.root }
}

/** Runs a read of the named artifact and turns "not there" into TAG_NOT_FOUND with the closest tags. */
export async function withSuggestion<T>(
  artifact: Named,
  signal: AbortSignal,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (hasCode(error, 'REPOSITORY_NOT_FOUND')) throw await missingRepository(error, artifact, signal)
    const byTag = artifact.digest === undefined && hasCode(error, 'MANIFEST_NOT_FOUND', 'TAG_NOT_FOUND')
    throw byTag ? await missingTag(artifact, signal, error) : error
  }
}

/** The tag that is not there; or the error itself, where the tag is, and something that it points to is not. */
async function missingTag(artifact: Named, signal: AbortSignal, error: unknown): Promise<unknown> {
  const tags = await someTags(artifact, signal)
  if (tags.includes(artifact.reference)) return error
  const near = nearest(artifact.reference, tags)
  const { text } = artifact.location
  const message = `no tag ${artifact.reference} in ${artifact.display}`
  // A registry says the same of a repository that is not there.
  const elsewhere = tags.length > 0 ? undefined : await closestRepository(artifact, signal)
  if (elsewhere !== undefined) return new OcishError('TAG_NOT_FOUND', message, { details: elsewhere })
  return new OcishError('TAG_NOT_FOUND', message, {
    ...(near.length > 0 ? {} : { hint: hintFor(tags, artifact) }),
    details: { closest: near, input: text, span: spanOf(artifact.reference, text) },
  })
}

/** Where the tag stands in what was typed. */
function spanOf(tag: string, text: string): Span {
  const at = text.lastIndexOf(tag)
  return at < 0 ? { from: 0, to: text.length } : { from: at, to: at + tag.length }
}

/** How many tags are named when none is close. */
const shownTags = 3

function hintFor(tags: readonly string[], artifact: Named): string {
  const { display } = artifact
  if (tags.length > 0) {
    const some = tags.slice(-shownTags).toReversed().join(', ')
    return `It has ${tags.length <= shownTags ? some : `${tags.length} tags, such as ${some}`}: see tags ${display}`
  }
  return placeHint(artifact)
}

/** Best effort: a listing that fails must not hide what went wrong first. */
async function someTags(artifact: Named, signal: AbortSignal): Promise<readonly string[]> {
  const tags: string[] = []
  try {
    for await (const tag of artifact.registry.tags(artifact.repository, { signal })) {
      if (!isDigestTag(tag)) tags.push(tag)
      if (tags.length >= suggestionLimit) break
    }
  } catch {
    signal.throwIfAborted()
  }
  return tags
}
