import { createMemoryRegistry, type Registry } from '@ocish/core'
import { type Location, OcishError, parseLocation } from '@ocish/sdk'
import type { Call, Outcome } from '@ocish/shell'
import { loadCommand } from './load-command.ts'
import type { FileTarget, Opened, RunOptions, Services } from './services.ts'

/** What a run of a command gave. */
export interface DoubleRun {
  readonly values: readonly unknown[]
  readonly exit: number
  readonly notes: readonly string[]
  readonly questions: readonly string[]
}

/** Services over registries in memory, by host: what a command's own test needs of a host. */
export class ServicesDouble {
  readonly registries: Map<string, Registry> = new Map()
  readonly written: Map<string, string> = new Map()
  /** What happens while a person reads a question, who then says yes. */
  answer: (() => Promise<void>) | undefined

  registry(host: string): Registry {
    const known = this.registries.get(host) ?? createMemoryRegistry({ name: host })
    this.registries.set(host, known)
    return known
  }

  async run(
    name: string,
    given: Partial<Pick<Call, 'args' | 'flags' | 'columns'>> & {
      readonly options?: Partial<RunOptions>
    } = {},
  ): Promise<DoubleRun> {
    const notes: string[] = []
    const questions: string[] = []
    const command = await loadCommand(name)
    if (command === undefined) throw new TypeError(`no command ${name}`)
    const { args = {}, flags = {}, columns, options = {} } = given
    const { signal } = new AbortController()
    const call: Call = { args, flags, options: {}, signal, ...(columns === undefined ? {} : { columns }) }
    const stream = command.run(call, this.#services(options, notes, questions))
    const values: unknown[] = []
    let step = await stream.next()
    for (; step.done !== true; step = await stream.next()) values.push(step.value)
    const outcome: Outcome | void = step.value
    return { values, exit: outcome?.exit ?? 0, notes, questions }
  }

  /** For what is no command. */
  services(): Services {
    return this.#services({}, [], [])
  }

  #services(options: Partial<RunOptions>, notes: string[], questions: string[]): Services {
    const run: RunOptions = { dryRun: false, yes: true, offline: false, concurrency: 4, ...options }
    const some: Partial<Services> = {
      version: '1.2.3',
      options: run,
      locate: (text) => parseLocation(text),
      open: async (location) => this.#open(location),
      openRegistry: async (location) => {
        const place = at(location)
        const prefix = place.repository ?? ''
        return {
          registry: this.registry(place.registry),
          prefix,
          display: [place.registry, prefix].filter(Boolean).join('/'),
        }
      },
      registries: async () => [...this.registries.keys()].map((host) => ({ host, default: false })),
      kinds: { list: () => [], match: async () => undefined, matchSource: async () => [] } as never,
      source: async (path) => {
        throw new OcishError('FILE_NOT_FOUND', `no file ${path}`)
      },
      target: async (_path, _options, fill) => fill(this.#target()),
      unpackedDigest: async () => undefined,
      exclusive: async (_key, _signal, work) => work(),
      confirm: async (question, { details = [], typed } = {}) => {
        questions.push([question, ...details, ...(typed === undefined ? [] : [`typed: ${typed}`])].join('\n'))
        if (this.answer !== undefined) await this.answer()
        else if (!run.yes) throw new OcishError('CONFIRMATION_REQUIRED', question)
      },
      warn: (message) => notes.push(message),
      note: (message) => notes.push(message),
      progress: () => undefined,
    }
    // A command that asks for more than this is not tested here.
    return some as Services
  }

  #open(location: string | Location): Opened {
    const place = at(location)
    const { registry: host, repository = '', tag, digest, inner } = place
    const reference = digest ?? tag
    return {
      location: place,
      registry: this.registry(host),
      repository,
      display: `${host}/${repository}`,
      ...(reference === undefined ? {} : { reference }),
      ...(tag === undefined ? {} : { tag }),
      ...(digest === undefined ? {} : { digest }),
      ...(inner === undefined ? {} : { inner }),
    }
  }

  #target(): FileTarget {
    return {
      write: async (path, content) => {
        const chunks: Uint8Array[] = []
        for await (const chunk of content) chunks.push(chunk)
        this.written.set(path, Buffer.concat(chunks).toString())
      },
      folder: async () => undefined,
      link: async () => undefined,
      reserve: async (path) => path,
    }
  }
}

function at(location: string | Location): Extract<Location, { scheme: 'registry' }> {
  const place = typeof location === 'string' ? parseLocation(location) : location
  if (place.scheme !== 'registry') throw new TypeError(`the double opens registries only, not ${place.text}`)
  return place
}
