import { OcishError, type Artifact, type KindCommandContext, type Source } from '@ocish/sdk'
import { loadChart, type Chart } from '../chart.ts'
import { readArchive } from '../read-archive.ts'
import { readFolder } from '../read-folder.ts'
import { chartManifest, openChart } from '../read.ts'
import { resolveChart, type ResolveOptions } from '../resolve.ts'

/** Is it a path (`.`, `./dir`, `/dir`, `~/dir`), as against a reference? */
export function isPath(where: string): boolean {
  return /^(?:\.{1,2}(?:\/|$)|\/|~\/)/.test(where)
}

/** What the user typed for a parameter of type path. */
export async function sourceAt(parameter: string, context: KindCommandContext): Promise<Source> {
  if (context.folder === undefined) throw new TypeError('this host gives no folders')
  return context.folder(parameter)
}

/** The published chart a word names. Errors: those of resolving and opening it. */
export async function artifactAt(
  word: string,
  options: ResolveOptions,
  context: KindCommandContext,
): Promise<{ readonly ref: string; readonly artifact: Artifact }> {
  const ref = await resolveChart(word, options, context)
  return { ref, artifact: await chartManifest(await context.lookup.open(ref)) }
}

/** A chart in memory: a folder, an archive, or a published one. */
export async function chartAt(
  where: string,
  parameter: string,
  options: ResolveOptions,
  context: KindCommandContext,
): Promise<Chart> {
  if (!isPath(where)) return openChart((await artifactAt(where, options, context)).artifact, context.signal)
  if (options.version !== undefined)
    throw new OcishError('USAGE_CONFLICT', '--version chooses among published charts, not in a folder', {
      hint: 'Leave out --version, or name a published chart.',
    })
  return localChart(await sourceAt(parameter, context), context.signal)
}

/** A folder or an archive. */
export async function localChart(source: Source, signal: AbortSignal): Promise<Chart> {
  const files =
    source.type === 'file' ? await readArchive(source.open(''), signal) : await readFolder(source, signal)
  return loadChart(files, { signal })
}
