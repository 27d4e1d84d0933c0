import {
  type Change,
  defineKind,
  type Description,
  isArtifact,
  isJsonObject,
  type Kind,
  type KindCommand,
  type KindContext,
  type KindData,
  OcishError,
} from '@ocish/sdk'
import { PartWitness } from './part-witness.ts'
import type { PluginProcess } from './plugin-process.ts'
import { abilitiesOf, artifactShape, contextShape, placeOf, sourceShape, targetShape } from './shapes.ts'

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

/** The arguments of a function, as they cross the channel. */
type Shapes = (witness: PartWitness) => readonly unknown[]

const maxChanges = 100_000

/**
 * A kind whose code runs in another process, behind the same contract. Errors: KIND_FAILED, those of the kind, and
 * DIGEST_MISMATCH or SIZE_MISMATCH for bytes that are not what they were said to be, whatever the kind makes of them.
 */
export function remoteKind(data: RemoteKindData, process: () => Promise<PluginProcess>): Kind {
  const { name, functions, ...rest } = data
  const readings = new Map<unknown, Reading>()
  const has = (what: keyof Kind): boolean => functions.includes(what)
  const use = async (context: KindContext, what: string, asShapes: Shapes): Promise<unknown> => {
    const witness = new PartWitness()
    return witnessed(witness, context.signal, async () =>
      (await process()).call('use', name, what, ...asShapes(witness), contextShape(context, witness)),
    )
  }
  const each = async function* each<T>(
    context: KindContext,
    what: string,
    asShapes: Shapes,
  ): AsyncGenerator<T, void> {
    const witness = new PartWitness()
    const shapes = [...asShapes(witness), contextShape(context, witness)]
    yield* witnessedRows<T>(witness, context.signal, async () =>
      (await process()).call('use', name, what, ...shapes),
    )
  }
  const eachIn: NonNullable<Kind['listLocation']> = async function* eachIn(location, context) {
    const witness = new PartWitness()
    const shape = { ...contextShape(context, witness), ...placeOf(context) }
    yield* witnessedRows(witness, context.signal, async () =>
      (await process()).call('use', name, 'listLocation', location, shape),
    )
  }
  const read: Kind['read'] = async (artifact, context) => {
    const witness = new PartWitness()
    const shapes = [artifactShape(artifact, witness), contextShape(context, witness)]
    const answer = (await witnessed(witness, context.signal, async () =>
      (await process()).call('read', name, ...shapes),
    )) as Reading & { readonly model: unknown }
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
      list: (artifact, context) => each(context, 'list', (witness) => [artifactShape(artifact, witness)]),
    }),
    ...(has('listLocation') && {
      listLocation: (location, context) => eachIn(location, context),
    }),
    ...(has('unpack') && {
      unpack: async (artifact, target, context) => {
        await use(context, 'unpack', (witness) => [artifactShape(artifact, witness), targetShape(target)])
      },
    }),
    ...(has('pack') && {
      pack: async (source, context) =>
        (await use(context, 'pack', () => [sourceShape(source)])) as Awaited<
          ReturnType<NonNullable<Kind['pack']>>
        >,
    }),
    ...(has('validate') && {
      validate: (input, context) =>
        each(context, 'validate', (witness) => [
          isArtifact(input) ? artifactShape(input, witness) : sourceShape(input),
        ]),
    }),
    ...(has('diff') && {
      diff: async (from, to) => checkedChanges(await (await process()).call('diff', name, from, to), name),
    }),
    ...(has('dependencies') && { dependencies: (model) => readings.get(model)?.dependencies ?? [] }),
    ...(has('resolve') && {
      resolve: async (word, context) => (await use(context, 'resolve', () => [word])) as string | undefined,
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
      const witness = new PartWitness()
      const shape = { ...contextShape(context, witness), ...abilitiesOf(context) }
      return yield* witnessedRows<unknown, number | void>(witness, context.signal, async () =>
        (await process()).call('run', kind, data.name, { args, flags }, shape),
      )
    },
  }
}

/** The answer of a call, unless the parts behind it say otherwise. */
async function witnessed(
  witness: PartWitness,
  signal: AbortSignal,
  call: () => Promise<unknown>,
): Promise<unknown> {
  try {
    const answer = await unlessAborted(signal, call())
    witness.settle()
    return answer
  } catch (error) {
    throw await witness.reason(error, signal)
  }
}

/** The rows of a call, unless the parts behind them say otherwise at their end. */
async function* witnessedRows<T, R = void>(
  witness: PartWitness,
  signal: AbortSignal,
  call: () => Promise<unknown>,
): AsyncGenerator<T, R> {
  try {
    const rows = await unlessAborted(signal, call())
    if (!isIterable(rows)) throw new OcishError('KIND_FAILED', 'the kind gives no rows')
    const result = yield* untilAborted<T, R>(signal, rows)
    witness.settle()
    return result
  } catch (error) {
    throw await witness.reason(error, signal)
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
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

/** Changes in the form that is shown. Errors: KIND_FAILED. */
function checkedChanges(changes: unknown, name: string): readonly Change[] {
  if (!Array.isArray(changes) || !changes.every((one) => isChange(one)))
    throw new OcishError('KIND_FAILED', `the kind ${name} gives no changes`)
  if (changes.length > maxChanges)
    throw new OcishError('KIND_FAILED', `the kind ${name} gives more than ${maxChanges} changes`)
  return changes
}

function isChange(value: unknown): value is Change {
  return isJsonObject(value) && typeof value['path'] === 'string' && typeof value['op'] === 'string'
}
