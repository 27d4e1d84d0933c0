import { counted, type StagedBlob } from '@ocish/core'
import type { Descriptor } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import type { Downloads } from './downloads.ts'
import { pathChoice } from './path-choice.ts'
import { recorded, type WrittenFile } from './recorded-target.ts'
import type { FileTarget, Services } from './services.ts'
import type { TitledLayer } from './titled-layers.ts'

/** Where the files of an artifact come from, and where they go. */
export interface FileWriting {
  readonly repository: string
  readonly downloads: Downloads
  readonly target: FileTarget
  readonly call: Call
  readonly services: Services
  readonly wrote: (file: WrittenFile) => void
}

/**
 * Writes the titled layers into the target, several at a time. A large file arrives whole before any of them gets its
 * name, so that what a killed run has moved is found by the next one, and is written once.
 */
export async function writeFiles(files: readonly TitledLayer[], writing: FileWriting): Promise<void> {
  const { call, services } = writing
  const stop = new AbortController()
  const signal = AbortSignal.any([call.signal, stop.signal])
  const queue = sameContent(files).values()
  const arrived: Arrived[] = []
  const worker = async (): Promise<void> => {
    for (const same of queue) {
      // One file at a time in each worker.
      // oxlint-disable-next-line no-await-in-loop
      const one = await bring(same, writing, signal)
      if (one !== undefined) arrived.push(one)
    }
  }
  const count = Math.min(services.options.concurrency, files.length)
  // The others end before the failure is told: nothing writes into a target that is gone.
  const workers = Array.from({ length: count }, async () =>
    worker().catch((error: unknown) => {
      stop.abort(error)
      throw error
    }),
  )
  await Promise.allSettled(workers)
  signal.throwIfAborted()
  for (const one of arrived) {
    // Renames, and copies of what has several names.
    // oxlint-disable-next-line no-await-in-loop
    await save(one, writing, signal)
  }
}

/** A file that is here as a whole, the empty ones that it becomes, and how long it took. */
interface Arrived {
  readonly staged: StagedBlob
  readonly places: readonly { readonly title: string; readonly file: string }[]
  readonly layer: Descriptor
  readonly ms: number
}

/** One content may have several names. */
function sameContent(files: readonly TitledLayer[]): readonly (readonly TitledLayer[])[] {
  const groups = new Map<string, TitledLayer[]>()
  for (const file of files) {
    const key = file.isFolder ? `folder ${file.title}` : file.layer.digest
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [file])
    else group.push(file)
  }
  return [...groups.values()]
}

/** Undefined: it has been written already. */
async function bring(
  same: readonly TitledLayer[],
  writing: FileWriting,
  signal: AbortSignal,
): Promise<Arrived | undefined> {
  const [first] = same
  if (first === undefined) return undefined
  if (first.isFolder) {
    await writeFolder(first, writing, signal)
    return undefined
  }
  const { repository, downloads, target, services } = writing
  const { layer } = first
  const start = performance.now()
  const places: { readonly title: string; readonly file: string }[] = []
  // oxlint-disable-next-line no-await-in-loop -- in their order
  for (const { title } of same) places.push({ title, file: await target.reserve(title) })
  const beside = places[0]?.file ?? ''
  const moving = (done: number): void => services.progress({ type: 'moving', descriptor: layer, done })
  const staged = await downloads.stage({ repository, beside }, layer, moving, signal)
  if (staged !== undefined) return { staged, places, layer, ms: Math.round(performance.now() - start) }
  // oxlint-disable-next-line no-await-in-loop -- what is read once may be here for the second time
  for (const { title } of same) await writeFile(title, layer, writing, signal)
  return undefined
}

async function save(
  { staged, places, layer, ms }: Arrived,
  { services, wrote }: FileWriting,
  signal: AbortSignal,
): Promise<void> {
  for (const [at, { title, file }] of places.entries()) {
    // The last one takes it away.
    // oxlint-disable-next-line no-await-in-loop
    await staged.saveTo(file, { signal, keep: at < places.length - 1 })
    wrote({ path: title, bytes: layer.size, ms })
  }
  services.progress({ type: 'done', descriptor: layer, how: 'moved' })
}

async function writeFile(
  title: string,
  layer: Descriptor,
  { repository, downloads, target, services, wrote }: FileWriting,
  signal: AbortSignal,
): Promise<void> {
  const { bytes, descriptor } = await downloads.openBlob(repository, layer, { signal })
  const moving = counted(bytes, (done) => services.progress({ type: 'moving', descriptor, done }))
  await recorded(target, wrote).write(title, moving)
  services.progress({ type: 'done', descriptor, how: 'moved' })
}

async function writeFolder(
  { title, layer, digest }: TitledLayer,
  { repository, downloads, target, call, services, wrote }: FileWriting,
  signal: AbortSignal,
): Promise<void> {
  const { bytes, descriptor } = await downloads.openBlob(repository, layer, { signal })
  const moving = counted(bytes, (done) => services.progress({ type: 'moving', descriptor, done }))
  const include = pathChoice(call)
  await services.extractFolder(moving, recorded(target, wrote), {
    title,
    ...(digest === undefined ? {} : { digest }),
    ...(include === undefined ? {} : { include }),
    signal,
  })
  services.progress({ type: 'done', descriptor, how: 'moved' })
}
