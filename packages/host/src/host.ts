import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { Access, Opened, Services } from '@ocish/commands'
import { type Descriptor, type Kind, OcishError } from '@ocish/sdk'
import type {
  CallOptions,
  Described,
  HostOptions,
  KindCallOptions,
  PullOptions,
  PushOptions,
  PushResult,
} from './host-options.ts'
import { type Paths, pathsFrom } from './paths.ts'
import { type CommandInput, runCommand } from './run-command.ts'
import { createSession, type Session } from './session.ts'

/**
 * The library's front door: registries, layouts, archives and the kinds, for programs. It keeps no global state, and
 * two of them know nothing of each other. Dispose it to close what it opened.
 */
export interface Host extends AsyncDisposable {
  /** One repository of whatever holds artifacts. Errors: REFERENCE_INVALID, LOCATION_UNSUPPORTED, those of the place. */
  open(location: string, access?: Access): Promise<Opened>
  /** What a tag points to now. Errors: MANIFEST_NOT_FOUND, and those of the place. */
  resolve(reference: string, options?: CallOptions): Promise<Descriptor>
  /** The tags of a repository. */
  versions(repository: string, options?: CallOptions): AsyncIterable<string>
  /** The view of the kind, and what can be said of any artifact. */
  describe(reference: string, options?: KindCallOptions): Promise<Described>
  /** The model that a kind makes of an artifact, checked by its schema. Errors: KIND_INPUT_INVALID. */
  read<Model>(reference: string, kind: Kind<Model>, options?: CallOptions): Promise<Model>
  /**
   * The full reference of a word as the kind of this name has it (`gs-base:^1` of a `klaus-plugin`); the word itself where the
   * kind knows none. Errors: KIND_UNKNOWN, TAG_NOT_FOUND, those of the kind.
   */
  fullName(word: string, kind: string, options?: CallOptions): Promise<string>
  /** What an artifact needs, as its kind says; words that `fullName` of their `kind` takes. Errors: KIND_INPUT_INVALID. */
  dependencies<Model>(
    reference: string,
    kind: Kind<Model>,
    options?: CallOptions,
  ): Promise<ReturnType<NonNullable<Kind['dependencies']>>>
  /** Writes the files of an artifact into a folder, which appears as a whole. Answers their paths. */
  pull(reference: string, folder: string, options?: PullOptions): Promise<readonly string[]>
  /** Packs files, or the folder of a kind, and pushes them. */
  push(paths: string | readonly string[], reference: string, options?: PushOptions): Promise<PushResult>
  /** Any command of the shell or of a kind (`klaus deps`), with values for its parameters and flags; what asks for confirmation has it. */
  run(command: string, input: CommandInput): AsyncIterable<unknown>
  /** What commands stand on, for everything else. */
  readonly services: Services
}

/** Errors: CONFIG_INVALID. */
export async function createHost(options: HostOptions = {}): Promise<Host> {
  const { stateFolder, credentials, connection, platform, env, version, ...rest } = options
  const { cwd = process.cwd(), home = homedir() } = options
  const session = await createSession({
    ...rest,
    version: version ?? 'library',
    cwd,
    home,
    env: env ?? {},
    flags: { ...connection, yes: true, ...(platform && { platform }) },
    ...(stateFolder !== undefined && { paths: pathsBelow(resolve(cwd, stateFolder), home) }),
    ...(credentials !== 'files' && { credentials: credentials ?? (() => undefined) }),
  })
  return new LibraryHost(session)
}

function pathsBelow(folder: string, home: string): Paths {
  const names = ['config', 'cache', 'data', 'state', 'runtime']
  const env = Object.fromEntries(
    names.map((name) => [`OCISH_${name.toUpperCase()}_DIR`, resolve(folder, name)]),
  )
  return pathsFrom(env, home)
}

class LibraryHost implements Host {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  get services(): Services {
    return this.#session
  }

  async open(location: string, access: Access = 'read'): Promise<Opened> {
    return this.#session.open(location, access)
  }

  async resolve(reference: string, options: CallOptions = {}): Promise<Descriptor> {
    const { place, named } = await this.#openNamed(reference, 'check')
    return (await place.registry.statManifest(place.repository, named, options)).descriptor
  }

  async *versions(repository: string, options: CallOptions = {}): AsyncGenerator<string> {
    const place = await this.open(repository)
    yield* place.registry.tags(place.repository, options)
  }

  async describe(reference: string, { as, signal }: KindCallOptions = {}): Promise<Described> {
    const input = { args: { ref: reference }, flags: { as }, ...(signal && { signal }) }
    return (await only(this.run('describe', input))) as Described
  }

  async read<Model>(reference: string, kind: Kind<Model>, options: CallOptions = {}): Promise<Model> {
    const { place, named } = await this.#openNamed(reference, 'read')
    const signal = options.signal ?? new AbortController().signal
    const { kinds } = this.#session
    const content = await place.registry.openManifest(place.repository, named, { signal })
    // Only `read` and `schema` are used of it, which take and give no model.
    const reader = kind as Kind
    const context = kinds.context(reader, {}, signal)
    return (await kinds.read(reader, kinds.artifact(place, content, signal), context)) as Model
  }

  async fullName(word: string, kind: string, options: CallOptions = {}): Promise<string> {
    const { kinds } = this.#session
    const loaded = await kinds.load(kind)
    const context = kinds.context(loaded, {}, options.signal ?? new AbortController().signal)
    return (await loaded.resolve?.(word, context)) ?? word
  }

  async dependencies<Model>(
    reference: string,
    kind: Kind<Model>,
    options: CallOptions = {},
  ): Promise<ReturnType<NonNullable<Kind['dependencies']>>> {
    return kind.dependencies?.(await this.read(reference, kind, options)) ?? []
  }

  async pull(reference: string, folder: string, options: PullOptions = {}): Promise<readonly string[]> {
    const { signal, ...flags } = options
    const input = { args: { ref: reference, folder }, flags, ...(signal && { signal }) }
    const rows = (await Array.fromAsync(this.run('pull', input))) as readonly { readonly path: string }[]
    return rows.map((row) => row.path)
  }

  async push(
    paths: string | readonly string[],
    reference: string,
    given: PushOptions = {},
  ): Promise<PushResult> {
    const { as, artifactType, annotations = {}, tags, options, signal } = given
    const annotation = Object.entries(annotations).map(([key, value]) => ({ key, value }))
    const input = {
      args: { src: typeof paths === 'string' ? [paths] : paths, ref: reference },
      flags: { as, 'artifact-type': artifactType, annotation, tag: tags },
      ...(options && { options }),
      ...(signal && { signal }),
    }
    return (await only(this.run('push', input))) as PushResult
  }

  run(command: string, input: CommandInput): AsyncIterable<unknown> {
    return runCommand(command, input, this.#session, this.#session.kindCommands)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]()
  }

  async #openNamed(
    reference: string,
    access: Access,
  ): Promise<{ readonly place: Opened; readonly named: string }> {
    const place = await this.open(reference, access)
    if (place.reference !== undefined) return { place, named: place.reference }
    throw new OcishError('REFERENCE_INVALID', `${reference} has neither a tag nor a digest`)
  }
}

/** The one value that a command gives. */
async function only(values: AsyncIterable<unknown>): Promise<unknown> {
  const [value] = await Array.fromAsync(values)
  return value
}
