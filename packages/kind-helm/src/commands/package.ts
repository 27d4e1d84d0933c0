import type { KindCommand } from '@ocish/sdk'
import type { ChartFile } from '../chart-files.ts'
import { updated } from '../fetch-dependencies.ts'
import { formatTime, packOptions } from '../options.ts'
import { chartOfFolder } from '../pack.ts'
import { writeArchive } from '../write-archive.ts'
import { sourceAt } from './chart-at.ts'
import { compatFlag } from './flags.ts'

export const packageCommand: KindCommand = {
  name: 'package',
  summary: 'Pack a chart folder into an archive that any Helm takes; the same folder gives the same bytes',
  params: [
    { name: 'dir', type: 'path', summary: "The chart's folder" },
    { name: 'file', type: 'path', summary: 'The archive to write, as NAME-VERSION.tgz' },
  ],
  flags: [
    { name: 'version', type: 'string', optional: true, summary: 'Pack it as this version' },
    { name: 'app-version', type: 'string', optional: true, summary: 'Pack it with this appVersion' },
    { name: 'created', type: 'string', optional: true, summary: 'The time of all entries (default 1970)' },
    compatFlag,
    {
      name: 'update',
      type: 'bool',
      optional: true,
      summary: 'With the highest charts that fit its dependencies, fetched now; the folder stays as it is',
    },
    { name: 'force', type: 'bool', optional: true, summary: 'Replace the file' },
  ],
  output: { form: 'rows', columns: ['name', 'version', 'file', 'size'] },
  effect: 'L',
  examples: [
    { line: 'helm package ./web ./web-1.2.0.tgz', note: 'for helm push, or to sign it' },
    { line: 'helm package ./web ./web.tgz --version 1.3.0-rc.1', note: 'as another version' },
    { line: 'helm package ./web ./web-1.2.0.tgz --update', note: 'with the charts it depends on' },
  ],
  async *run({ args, flags }, context) {
    const options = packOptions(flags)
    const source = await sourceAt('dir', context)
    const update =
      flags['update'] === true
        ? async (files: readonly ChartFile[]) =>
            updated(files, formatTime(options.created?.seconds ?? 0), context)
        : undefined
    const { chart, metadata, rewritten } = await chartOfFolder(source, options, context.signal, update)
    if (context.target === undefined) throw new TypeError('this host gives no folders')
    const target = await context.target('file')
    const size = { bytes: 0 }
    const mtime = options.created?.seconds ?? 0
    await target.write('', counted(writeArchive(chart, { mtime, rewritten, compat: options.compat }), size))
    yield { name: metadata.name, version: metadata.version, file: String(args['file']), size: size.bytes }
  },
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  size: { bytes: number },
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of bytes) {
    size.bytes += chunk.length
    yield chunk
  }
}
