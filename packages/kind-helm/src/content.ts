import {
  OcishError,
  type Artifact,
  type KindContext,
  type OpenBytes,
  type Target,
  type TreeEntry,
  streamOf,
} from '@ocish/sdk'
import { checkMetadata } from './check-metadata.ts'
import { chartLayer, chartManifest, provenanceLayer, readMetadata } from './read.ts'
import { readArchive } from './read-archive.ts'
import { verifyAsked } from './signed.ts'

/** The chart's files below its root, for `ls` and `cat`. Errors: those of reading the archive. */
export async function* listChart(
  artifact: Artifact,
  context: KindContext,
): AsyncGenerator<TreeEntry & { readonly open?: OpenBytes }, void> {
  const manifest = await chartManifest(artifact)
  for (const { path, bytes } of await readArchive(manifest.open(chartLayer(manifest)), context.signal))
    yield { path, kind: 'file', size: bytes.length, mode: 0o644, open: () => streamOf(bytes) }
}

/**
 * Writes the chart's files below its root; with `--archive` its archive under Helm's name, with `--prov` the provenance
 * file too; with `--verify` only what that vouches for. Nothing is written before the whole archive was read and checked.
 * Errors: those of `verifyAsked`, KIND_INPUT_INVALID, ARCHIVE_INVALID, ARCHIVE_UNSAFE, LIMIT_EXCEEDED, those of the target.
 */
export async function unpackChart(artifact: Artifact, target: Target, context: KindContext): Promise<void> {
  const manifest = await chartManifest(artifact)
  await verifyAsked(manifest, context)
  if (context.options['archive'] === true || context.options['prov'] === true)
    return writeArchives(manifest, target, context.options['prov'] === true)
  const files = await readArchive(manifest.open(chartLayer(manifest)), context.signal)
  for (const { path, bytes } of files) {
    context.signal.throwIfAborted()
    // One file at a time: a target may be a stream.
    // oxlint-disable-next-line no-await-in-loop
    await target.write(path, streamOf(bytes), { mode: 0o644 })
  }
}

async function writeArchives(manifest: Artifact, target: Target, withProvenance: boolean): Promise<void> {
  const { name, version } = checkMetadata(await readMetadata(manifest), 'the configuration')
  const provenance = provenanceLayer(manifest)
  if (withProvenance && provenance === undefined) {
    throw new OcishError('KIND_INPUT_INVALID', `${name} ${version} has no provenance file`, {
      hint: 'Pull it without --prov.',
    })
  }
  const file = `${name}-${version}.tgz`
  await target.write(file, manifest.open(chartLayer(manifest)))
  if (withProvenance && provenance !== undefined)
    await target.write(`${file}.prov`, manifest.open(provenance))
}
