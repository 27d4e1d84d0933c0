import { collect, compareUtf8, OcishError, type Source, statOrNothing, type TreeEntry } from '@ocish/sdk'
import { ChartFiles, type ChartFile } from './chart-files.ts'
import { ignoreFile, limits } from './constants.ts'
import { decodeText } from './chart-yaml.ts'
import { parseHelmIgnore, type HelmIgnore } from './helm-ignore.ts'

/**
 * The files of a chart's folder in Helm's order, without what `.helmignore` names; links are followed as far as they stay
 * inside. Errors: KIND_INPUT_INVALID, ARCHIVE_UNSAFE, LIMIT_EXCEEDED, those of the source.
 */
export async function readFolder(source: Source, signal?: AbortSignal): Promise<readonly ChartFile[]> {
  const ignore = await readIgnore(source)
  const walk = new Walk(source, ignore, signal)
  await walk.folder('', '', [])
  return walk.collected.files
}

/** The rules of the chart's own `.helmignore`, and Helm's default one. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export async function readIgnore(source: Source): Promise<HelmIgnore> {
  const entry = await statOrNothing(source, ignoreFile)
  if (entry?.kind !== 'file') return parseHelmIgnore('')
  return parseHelmIgnore(
    decodeText(
      await collect(source.open(ignoreFile), { what: ignoreFile, limit: limits.document }),
      ignoreFile,
    ),
  )
}

class Walk {
  readonly collected = new ChartFiles()
  readonly #source: Source
  readonly #ignore: HelmIgnore
  readonly #signal: AbortSignal | undefined

  constructor(source: Source, ignore: HelmIgnore, signal?: AbortSignal) {
    this.#source = source
    this.#ignore = ignore
    this.#signal = signal
  }

  /** `real` is where the folder lies, `path` the name it has in the chart; `above` are the real folders on the way. */
  async folder(real: string, path: string, above: readonly string[]): Promise<void> {
    if (above.includes(real) || above.length > limits.depth)
      throw new OcishError('ARCHIVE_UNSAFE', `the link ${path} leads back to a folder it is in`)
    const entries: TreeEntry[] = []
    for await (const entry of this.#source.list(real)) entries.push(entry)
    for (const entry of entries.toSorted((a, b) => compareUtf8(a.path, b.path))) {
      this.#signal?.throwIfAborted()
      const name = entry.path.slice(real === '' ? 0 : real.length + 1)
      // In order: what is refused first is what is named.
      // oxlint-disable-next-line no-await-in-loop
      await this.#entry(entry, path === '' ? name : `${path}/${name}`, [...above, real])
    }
  }

  async #entry(given: TreeEntry, path: string, above: readonly string[]): Promise<void> {
    const entry = given.kind === 'link' ? await this.#followed(given, path) : given
    if (this.#ignore.ignores(path, entry.kind === 'folder')) return
    if (entry.kind === 'folder') return this.folder(entry.path, path, above)
    if (entry.kind !== 'file') {
      throw new OcishError('ARCHIVE_UNSAFE', `${path} is neither a file nor a folder`, {
        hint: `Leave it out with a line in ${ignoreFile}.`,
      })
    }
    this.collected.claim(path, entry.size)
    this.collected.add(path, await collect(this.#source.open(entry.path), { what: path, limit: limits.file }))
  }

  /** What a link stands for, which must be inside. */
  async #followed(link: TreeEntry, path: string): Promise<TreeEntry> {
    let entry = link
    for (let steps = 0; entry.kind === 'link'; steps += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const target = inside(entry.path, await this.#source.readlink(entry.path))
      if (target === undefined || steps > 40) {
        if (this.#ignore.ignores(path, false)) return { ...link, kind: 'file' }
        throw new OcishError('ARCHIVE_UNSAFE', `the link ${path} leads out of the chart`, {
          hint: `Replace it by a copy, or leave it out with a line in ${ignoreFile}.`,
        })
      }
      // oxlint-disable-next-line no-await-in-loop
      entry = target === '' ? { path: '', kind: 'folder', size: 0 } : await this.#source.stat(target)
    }
    return entry
  }
}

/** Where a link leads, from the root; nothing when that is outside. */
function inside(link: string, target: string): string | undefined {
  if (target === '' || target.startsWith('/') || target.includes('\\')) return undefined
  const steps = link.split('/').slice(0, -1)
  for (const step of target.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) return undefined
  }
  return steps.join('/')
}
