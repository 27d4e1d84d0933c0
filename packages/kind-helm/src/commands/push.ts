import { hasCode, OcishError, type KindCommand, type KindCommandContext } from '@ocish/sdk'
import { packChart } from '../pack.ts'
import { sourceAt } from './chart-at.ts'
import { compatFlag } from './flags.ts'

export const push: KindCommand = {
  name: 'push',
  summary: 'Publish a chart below a path: its name is appended, its version becomes the tag',
  params: [
    { name: 'src', type: 'path', summary: "A chart's folder, or an archive" },
    { name: 'prefix', type: 'string', summary: 'HOST/PATH' },
  ],
  flags: [
    { name: 'version', type: 'string', optional: true, summary: 'Publish a folder as this version' },
    { name: 'app-version', type: 'string', optional: true, summary: 'Publish a folder with this appVersion' },
    {
      name: 'created',
      type: 'string',
      optional: true,
      summary: 'When it was made, RFC 3339 or seconds since 1970',
    },
    compatFlag,
    { name: 'if-not-exists', type: 'bool', optional: true, summary: 'Do not move a tag that is there' },
  ],
  output: { form: 'rows', columns: ['name', 'version', 'ref', 'digest'] },
  effect: 'W',
  examples: [{ line: 'helm push ./web ghcr.io/acme/charts', note: 'to ghcr.io/acme/charts/web:VERSION' }],
  async *run({ args, flags }, context) {
    if (context.publish === undefined) throw new TypeError('this host publishes nothing')
    const packed = await packChart(await sourceAt('src', context), { options: flags, signal: context.signal })
    const { tag } = packed
    const annotations = typeof packed.annotations === 'function' ? {} : (packed.annotations ?? {})
    const name = annotations['org.opencontainers.image.title'] ?? ''
    const version = annotations['org.opencontainers.image.version'] ?? ''
    const location = `${repositoryFor(String(args['prefix']), name)}:${tag ?? ''}`
    if (flags['if-not-exists'] === true) await refuseExisting(location, context)
    const { ref, digest } = await context.publish(packed, location)
    for (const note of packed.notes ?? []) context.warn(note)
    yield { name, version, ref, digest }
  },
}

/** The chart's name once: a prefix that ends with it is the repository already. */
function repositoryFor(prefix: string, name: string): string {
  const path = prefix.replace(/^oci:\/\//, '').replace(/\/+$/, '')
  return path.endsWith(`/${name}`) ? path : `${path}/${name}`
}

async function refuseExisting(location: string, context: KindCommandContext): Promise<void> {
  try {
    const { digest } = await context.lookup.resolve(location)
    throw new OcishError('TAG_EXISTS', `${location} exists: ${digest}`, {
      hint: 'Raise the version, or push without --if-not-exists.',
    })
  } catch (error) {
    if (!hasCode(error, 'MANIFEST_NOT_FOUND', 'TAG_NOT_FOUND', 'REPOSITORY_NOT_FOUND')) throw error
  }
}
