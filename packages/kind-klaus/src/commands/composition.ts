import type { KindCommandContext } from '@ocish/sdk'
import type { Composition } from '../model.ts'
import { readPersonalityFolder } from '../personality-yaml.ts'
import { readPersonality } from '../read.ts'
import { resolveWord } from '../resolve.ts'
import type { KlausSource } from '../sources.ts'

/** The composition of a folder (`.`, `./dir`, `/dir`) or of a published personality. */
export async function compositionOf(
  where: string,
  parameter: string,
  source: KlausSource,
  context: KindCommandContext,
): Promise<Composition> {
  const isPath = /^(?:\.{1,2}(?:\/|$)|\/|~\/)/.test(where)
  if (isPath && context.folder !== undefined)
    return (await readPersonalityFolder(await context.folder(parameter))).composition
  const ref = await resolveWord(where, source.bases.personality, context)
  return readPersonality(await context.lookup.open(ref))
}
