import {
  streamOf,
  type Artifact,
  type Bytes,
  type KindContext,
  type Target,
  type TreeEntry,
} from '@ocish/sdk'
import { blanks, consentItems, consentLine } from './consent.ts'
import { neverPublish } from './redact.ts'
import type { RunConfig } from './model.ts'
import { formatPath } from './paths.ts'
import { parseConfig, readLayer, toModel } from './read.ts'
import { normalise } from './normalise.ts'
import { writeConfig } from './write.ts'

/** An artifact as the file that `thv run --from-config` takes. */
export interface Exported {
  /** As ToolHive names it: the workload and `.json`. */
  readonly fileName: string
  readonly bytes: Uint8Array
  /** What a person should know before running it, one line each. */
  readonly consent: readonly string[]
}

/** Reads, checks and normalises (specs/runconfig.md §2.6, §4). Errors: KIND_MISMATCH, KIND_INPUT_INVALID. */
export async function exportConfig(artifact: Artifact, signal: AbortSignal): Promise<Exported> {
  const config = normalise(parseConfig(await readLayer(artifact, signal), { trailing: 'refuse' }))
  const model = toModel(config)
  const secrets = neverPublish(config, {
    allowEnv: new Set(Object.keys(model.env_vars ?? {})),
    keepHostPaths: true,
  })
  return {
    fileName: fileName(model),
    bytes: writeConfig(config, 'later', { indent: true }),
    consent: [
      ...consentItems(model).map(consentLine),
      ...secrets.map(({ path, what }) => `danger: ${formatPath(path)}: ${what}, published by its author`),
      ...blanks(model).map((path) => `${path}: left out by its author, fill it in before it runs`),
    ],
  }
}

/** The workload's name where it is fit for a file on any system, else `runconfig.json`. */
export function fileName({ name = '' }: RunConfig): string {
  const safe = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name) && !name.endsWith('.')
  const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name)
  return safe && !device ? `${name}.json` : 'runconfig.json'
}

/** `pull` as this kind: one file, and the consent summary as warnings. */
export async function unpack(artifact: Artifact, target: Target, context: KindContext): Promise<void> {
  const exported = await exportConfig(artifact, context.signal)
  for (const line of exported.consent) context.warn(line)
  await target.write(exported.fileName, streamOf(exported.bytes), { mode: 0o600 })
}

/** The same file, for `ls REF//` and `cat REF//NAME.json`. */
export async function* list(
  artifact: Artifact,
  context: KindContext,
): AsyncGenerator<TreeEntry & { readonly open: () => Bytes }> {
  const { fileName: path, bytes } = await exportConfig(artifact, context.signal)
  yield {
    path,
    kind: 'file',
    size: bytes.length,
    mode: 0o600,
    mediaType: 'application/json',
    open: () => streamOf(bytes),
  }
}
