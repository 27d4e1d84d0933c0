import { type KindCommand, type KindCommandContext, OcishError, streamOf } from '@ocish/sdk'
import { exportConfig } from '../export.ts'

/** `runconfig export REF [FILE]`. */
export const exportCommand: KindCommand = {
  name: 'export',
  summary: 'Write the run configuration of an artifact as the file that thv run --from-config takes.',
  params: [
    { name: 'ref', type: 'ref', summary: 'The artifact.' },
    {
      name: 'file',
      type: 'path',
      optional: true,
      summary: 'The file to write; without it the output has the JSON.',
    },
  ],
  output: { form: 'bytes' },
  effect: 'L',
  examples: [
    { line: 'runconfig export ghcr.io/acme/fetch:1.0', note: 'the JSON, to look at or to pipe' },
    {
      line: 'runconfig export ghcr.io/acme/fetch:1.0 ./fetch.json',
      note: 'a file, then: ^thv run --from-config ./fetch.json',
    },
  ],
  async *run({ args }, context) {
    const artifact = await context.lookup.open(String(args['ref']))
    const { bytes, consent } = await exportConfig(artifact, context.signal)
    for (const line of consent) context.warn(line)
    if (args['file'] === undefined) yield* streamOf(bytes)
    else await writeFile(bytes, context)
  },
}

async function writeFile(bytes: Uint8Array, context: KindCommandContext): Promise<void> {
  const target = await context.target?.('file')
  if (target === undefined) {
    throw new OcishError('UNSUPPORTED', 'this host lets no command write files', {
      hint: 'Redirect the output to the file.',
    })
  }
  await target.write('', streamOf(bytes), { mode: 0o600 })
}
