import { copy } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import { textArg, textFlag } from './call-values.ts'
import { converted } from './converted.ts'
import { copySettings } from './copy-settings.ts'
import { openArtifact, withSuggestion } from './open-artifact.ts'
import { pushed } from './pushed.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const format = textFlag(call, 'to')
  if (format !== 'oci' && format !== 'docker') {
    throw new OcishError('USAGE_MISSING_ARGUMENT', 'convert needs --to', {
      hint: 'Add --to oci or --to docker.',
    })
  }
  const from = await openArtifact(textArg(call, 'src'), services, call.signal)
  const to = await services.open(textArg(call, 'dst'), 'write')
  if (to.digest !== undefined) {
    throw new OcishError(
      'USAGE_INVALID_VALUE',
      `${to.location.text} names a digest, which convert computes`,
      {
        hint: 'Name a tag, or the repository alone.',
      },
    )
  }
  const source = converted(from.registry, format, (note) => services.note(note))
  const tags = to.tag === undefined ? [] : [to.tag]
  const settings = copySettings(call, services)
  if (services.options.dryRun) {
    const { descriptor } = await source.openManifest(from.repository, from.reference, { signal: call.signal })
    yield pushed(to, { ...descriptor, tags })
    return
  }
  // The blobs are those of the source, which within one registry need not be moved.
  const mountFrom = from.registry.name === to.registry.name ? [from.repository] : []
  const result = await withSuggestion(from, call.signal, () =>
    copy({ ...from, registry: source }, from.reference, to, {
      ...settings,
      tags,
      mountFrom: () => mountFrom,
    }),
  )
  await to.registry.commit({ signal: call.signal })
  for (const notice of result.notices) services.note(notice)
  yield pushed(to, { ...result.descriptor, tags })
}
