import {
  encodeGoJson,
  OcishError,
  parseJson,
  type KindCommand,
  type KindCommandContext,
  streamOf,
} from '@ocish/sdk'
import { resolveDependencies, type Resolved } from '../dependencies.ts'
import { limits } from '../constants.ts'
import { readPersonalityFolder } from '../personality-yaml.ts'
import { readTextFile } from '../read-source.ts'
import { klausSource } from '../sources.ts'
import { sourceFlag } from './flags.ts'

const lockFile = 'klaus.lock.json'

export const lock: KindCommand = {
  name: 'lock',
  summary: 'Write the digests of all dependencies of a personality folder into klaus.lock.json',
  params: [
    { name: 'dir', type: 'path', summary: 'The personality folder' },
    { name: 'file', type: 'path', optional: true, summary: 'The lock to write, as DIR/klaus.lock.json' },
  ],
  flags: [
    sourceFlag,
    {
      name: 'check',
      type: 'bool',
      optional: true,
      summary: 'Write nothing; exit 1 when the lock is not what it would be',
    },
    { name: 'force', type: 'bool', optional: true, summary: 'Replace the file' },
  ],
  output: { form: 'rows', columns: ['type', 'declared', 'ref', 'digest', 'note'] },
  effect: 'L',
  examples: [
    { line: 'klaus lock ./personality ./personality/klaus.lock.json', note: 'pin what is published' },
    { line: 'klaus lock ./personality ./personality/klaus.lock.json --force', note: 'pin it anew' },
    { line: 'klaus lock ./personality --check', note: 'in CI' },
  ],
  async *run({ args, flags }, context) {
    if (context.folder === undefined || context.target === undefined)
      throw new TypeError('this host gives no folders')
    const folder = await context.folder('dir')
    const source = klausSource(context.settings, flags['source'] as string | undefined)
    const { composition } = await readPersonalityFolder(folder)
    const resolved = await resolveDependencies(composition, source, context)
    const missing = resolved.find(({ note }) => note !== '')
    if (missing !== undefined) {
      throw new OcishError('KIND_DEPENDENCY_MISSING', `${missing.type} ${missing.declared}: ${missing.note}`)
    }
    const document = encodeLock(resolved)
    if (flags['check'] === true) {
      const before = await readTextFile(folder, lockFile)
      const entries = before === undefined ? new Map<string, string>() : readLock(before)
      for (const one of resolved) {
        const locked = entries.get(one.declared)
        yield {
          ...one,
          note: locked === undefined ? 'not locked' : locked === one.digest ? '' : `locked to ${locked}`,
        }
      }
      return before === document ? 0 : 1
    }
    if (args['file'] === undefined) {
      throw new OcishError('USAGE_MISSING_ARGUMENT', 'where to write the lock is missing', {
        hint: `Name it: klaus lock ${String(args['dir'])} ${String(args['dir']).replace(/\/+$/, '')}/${lockFile} --force`,
      })
    }
    await write(context, document)
    yield* resolved
    return 0
  },
}

async function write(context: KindCommandContext, document: string): Promise<void> {
  const target = await context.target?.('file')
  await target?.write('', streamOf(new TextEncoder().encode(document)))
}

/** Deterministic: the same dependencies give the same bytes. */
function encodeLock(resolved: readonly Resolved[]): string {
  const entries = resolved.map(({ type, declared, ref, digest }) => ({ type, declared, ref, digest }))
  return `${encodeGoJson({ lockVersion: 1, dependencies: entries }, { indent: '  ', escapeHtml: false })}\n`
}

/** Digest by what was declared; a broken lock is an empty one, and so is reported as different. */
function readLock(text: string): Map<string, string> {
  const found = new Map<string, string>()
  const value = parseJson(text, { what: lockFile, code: 'KIND_INPUT_INVALID', maxSize: limits.json }) as {
    readonly dependencies?: readonly { readonly declared?: unknown; readonly digest?: unknown }[]
  }
  for (const { declared, digest } of Array.isArray(value.dependencies) ? value.dependencies : []) {
    if (typeof declared === 'string' && typeof digest === 'string') found.set(declared, digest)
  }
  return found
}
