import {
  type Artifact,
  type Bytes,
  defineKind,
  type Description,
  type Kind,
  type KindCommand,
  type KindCommandContext,
  type KindContext,
  type KindData,
  OcishError,
  type Source,
  type Target,
} from '@ocish/sdk'
import type { PluginProcess } from './plugin-process.ts'

/** A kind as an index knows it: its data, and which of the contract's functions it has. */
export interface RemoteKindData extends KindData {
  readonly functions: readonly string[]
}

/** What `read` brings with the model, since these functions are synchronous. */
interface Reading {
  readonly description: Description
  readonly dependencies: ReturnType<NonNullable<Kind['dependencies']>>
  readonly completions: readonly string[]
}

/**
 * A kind whose code runs in another process, behind the same contract. `diff` stays the generic one. Errors: KIND_FAILED,
 * and those of the kind.
 */
export function remoteKind(data: RemoteKindData, process: () => Promise<PluginProcess>): Kind {
  const { name, functions, ...rest } = data
  const readings = new Map<unknown, Reading>()
  const has = (what: keyof Kind): boolean => functions.includes(what)
  const use = async ({ signal }: KindContext, what: string, ...args: readonly unknown[]): Promise<unknown> =>
    unlessAborted(signal, (await process()).call('use', name, what, ...args))
  const each = async function* each<T>(
    { signal }: KindContext,
    what: string,
    ...args: readonly unknown[]
  ): AsyncGenerator<T, void> {
    yield* untilAborted<T>(signal, (await process()).call('use', name, what, ...args))
  }
  const read: Kind['read'] = async (artifact, context) => {
    const asked = (await process()).call('read', name, artifactShape(artifact), contextShape(context))
    const answer = (await unlessAborted(context.signal, asked)) as Reading & { readonly model: unknown }
    readings.set(answer.model, checked(answer, name))
    if (readings.size > 1000) readings.delete(readings.keys().next().value)
    return answer.model
  }
  return defineKind<unknown>({
    ...rest,
    name,
    read,
    describe: (model) => readings.get(model)?.description ?? { title: name, fields: [] },
    ...(has('list') && {
      list: (artifact, context) => each(context, 'list', artifactShape(artifact), contextShape(context)),
    }),
    ...(has('unpack') && {
      unpack: async (artifact, target, context) => {
        await use(context, 'unpack', artifactShape(artifact), targetShape(target), contextShape(context))
      },
    }),
    ...(has('pack') && {
      pack: async (source, context) =>
        (await use(context, 'pack', sourceShape(source), contextShape(context))) as Awaited<
          ReturnType<NonNullable<Kind['pack']>>
        >,
    }),
    ...(has('validate') && {
      validate: (input, context) =>
        each(
          context,
          'validate',
          'descriptor' in input ? artifactShape(input) : sourceShape(input),
          contextShape(context),
        ),
    }),
    ...(has('dependencies') && { dependencies: (model) => readings.get(model)?.dependencies ?? [] }),
    ...(has('resolve') && {
      resolve: async (word, context) =>
        (await use(context, 'resolve', word, contextShape(context))) as string | undefined,
    }),
    ...(has('complete') && {
      complete: (model, word) =>
        (readings.get(model)?.completions ?? []).filter((one) => one.startsWith(word)),
    }),
    commands: (data.commands ?? []).map((command) => remoteCommand(name, command, process)),
  })
}

function remoteCommand(
  kind: string,
  data: Omit<KindCommand, 'run'>,
  process: () => Promise<PluginProcess>,
): KindCommand {
  return {
    ...data,
    async *run(call, context) {
      const { args, flags } = call
      const shape = { ...contextShape(context), ...abilitiesOf(context) }
      const rows = (await process()).call('run', kind, data.name, { args, flags }, shape)
      return yield* untilAborted<unknown, number | void>(context.signal, rows)
    },
  }
}

/** Ends with the signal, also where the other side does not. */
async function unlessAborted<T>(signal: AbortSignal, answer: PromiseLike<T>): Promise<T> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([answer, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function* untilAborted<T, R = void>(
  signal: AbortSignal,
  rows: AsyncIterable<unknown>,
): AsyncGenerator<T, R> {
  const iterator = rows[Symbol.asyncIterator]() as AsyncIterator<T, R>
  let ended = false
  try {
    for (;;) {
      // One row at a time, as they are asked for.
      // oxlint-disable-next-line no-await-in-loop
      const step = await unlessAborted(signal, iterator.next())
      if (step.done === true) {
        ended = true
        return step.value
      }
      yield step.value
    }
  } finally {
    // A row that is still under way must not hold up who has stopped reading.
    if (!ended) void iterator.return?.()
  }
}

/** What a command's declared effect and the paths that were typed allow. */
function abilitiesOf(context: KindCommandContext): object {
  return {
    ...(context.publish && {
      publish: async (...given: Parameters<NonNullable<KindCommandContext['publish']>>) =>
        context.publish?.(...given),
    }),
    ...(context.folder && {
      folder: async (parameter: string) => {
        const source = await context.folder?.(parameter)
        return source && sourceShape(source)
      },
    }),
    ...(context.target && {
      target: async (parameter: string) => {
        const target = await context.target?.(parameter)
        return target && targetShape(target)
      },
    }),
  }
}

function contextShape(context: KindContext): object {
  const { signal, warn, progress, settings, options, lookup, features } = context
  return {
    ...(context.file && {
      file: async (option: string) => {
        const source = await context.file?.(option)
        return source && sourceShape(source)
      },
    }),
    signal,
    warn: (message: unknown) => warn(String(message).slice(0, 1000)),
    progress,
    settings,
    options,
    features,
    lookup: {
      resolve: async (reference: string) => lookup.resolve(reference),
      versions: (repository: string) => lookup.versions(repository),
      repositories: (prefix: string) => lookup.repositories(prefix),
      open: async (reference: string) => artifactShape(await lookup.open(reference)),
    },
  }
}

function artifactShape(artifact: Artifact): object {
  const { ref, descriptor, manifest, bytes, artifactType, annotations, config, layers, subject } = artifact
  return {
    ref,
    descriptor,
    manifest,
    bytes,
    artifactType,
    annotations,
    config,
    layers,
    subject,
    children: async (...given: Parameters<Artifact['children']>) =>
      (await artifact.children(...given)).map((child) => artifactShape(child)),
    open: (...given: Parameters<Artifact['open']>) => artifact.open(...given),
  }
}

function sourceShape(source: Source): object {
  return {
    type: source.type,
    name: source.name,
    list: (dir: string) => source.list(dir),
    stat: async (path: string) => source.stat(path),
    readlink: async (path: string) => source.readlink(path),
    open: (...given: Parameters<Source['open']>) => source.open(...given),
    xattrs: async (path: string) => source.xattrs(path),
    ...(source.beside && {
      beside: async (suffix: string) => {
        const found = await source.beside?.(suffix)
        return found && sourceShape(found)
      },
    }),
  }
}

/** Links are checked as for anybody: `asData` is for kinds that come with the program. */
function targetShape(target: Target): object {
  return {
    write: async (path: string, content: Bytes, options?: { readonly mode?: number }) =>
      target.write(path, content, options),
    folder: async (path: string, options?: { readonly mode?: number }) => target.folder(path, options),
    link: async (path: string, to: string) => target.link(path, to),
    ...(target.hardlink && {
      hardlink: async (path: string, existing: string) => target.hardlink?.(path, existing),
    }),
  }
}

/** What a stranger says of a model must have the form that is shown. Errors: KIND_FAILED. */
function checked({ description, dependencies, completions }: Reading, name: string): Reading {
  const good =
    typeof description?.title === 'string' &&
    Array.isArray(description.fields) &&
    (description.fields as readonly unknown[]).every(
      (field) =>
        typeof field === 'object' && field !== null && 'label' in field && typeof field.label === 'string',
    )
  if (!good) throw new OcishError('KIND_FAILED', `the kind ${name} gives no description`)
  return {
    description,
    dependencies: Array.isArray(dependencies) ? dependencies : [],
    completions: Array.isArray(completions) ? completions.filter((one) => typeof one === 'string') : [],
  }
}
