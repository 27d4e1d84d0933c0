import { OcishError, type KindCommand } from '@ocish/sdk'
import { conflicts, resolveDependencies } from '../dependencies.ts'
import { klausSource } from '../sources.ts'
import { compositionOf } from './composition.ts'
import { sourceFlag } from './flags.ts'

export const deps: KindCommand = {
  name: 'deps',
  summary: 'Look up the toolchain and the plugins of a personality',
  params: [{ name: 'personality', type: 'path', summary: 'A folder, a short name or a reference' }],
  flags: [
    sourceFlag,
    { name: 'strict', type: 'bool', optional: true, summary: 'A missing dependency is an error' },
  ],
  output: { form: 'rows', columns: ['type', 'declared', 'ref', 'digest', 'note'] },
  effect: 'R',
  examples: [
    { line: 'klaus deps ./personality', note: 'of a folder' },
    { line: 'klaus deps sre --strict', note: 'of a published one, failing when one is missing' },
  ],
  async *run({ args, flags }, context) {
    const source = klausSource(context.settings, flags['source'] as string | undefined)
    const composition = await compositionOf(String(args['personality']), 'personality', source, context)
    const resolved = await resolveDependencies(composition, source, context)
    const missing = resolved.filter(({ note }) => note !== '')
    if (flags['strict'] === true && missing[0] !== undefined) {
      throw new OcishError(
        'KIND_DEPENDENCY_MISSING',
        `${missing[0].type} ${missing[0].declared}: ${missing[0].note}`,
      )
    }
    const clashes = conflicts(resolved)
    for (const one of resolved) {
      const clash = [...clashes].find(([, refs]) => refs.includes(one.ref))
      yield clash === undefined
        ? one
        : {
            ...one,
            note: `shares the mount path ${clash[0]} with ${clash[1].filter((ref) => ref !== one.ref).join(', ')}`,
          }
    }
    for (const { type, declared, note } of missing) context.warn(`${type} ${declared}: ${note}`)
    return missing.length > 0 || clashes.size > 0 ? 10 : 0
  },
}
