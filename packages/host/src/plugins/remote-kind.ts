import {
  type Artifact,
  type Change,
  defineKind,
  type Description,
  isArtifact,
  isJsonObject,
  type Kind,
  type KindCommand,
  type KindContext,
  type KindData,
  type KindLocation,
  type LocationContext,
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
/** Models whose description is kept. */
const maxReadings = 1000

/**
 * A kind whose code runs in another process, behind the same contract. Errors: KIND_FAILED, those of the kind, and
 * DIGEST_MISMATCH or SIZE_MISMATCH for bytes that are not what they were said to be, whatever the kind makes of them.
 */
export function remoteKind(data: RemoteKindData, process: () => Promise<PluginProcess>): Kind {
  const { name, functions, ...rest } = data
  const code = new RemoteCode(name, process)
  const has = (what: keyof Kind): boolean => functions.includes(what)
  return defineKind<unknown>({
    ...rest,
    name,
    read: async (artifact, context) => code.read(artifact, context),
    describe: (model) => code.reading(model)?.description ?? { title: name, fields: [] },
    ...(has('list') && {
      list: (artifact, context) =>
        code.each(context, 'list', (witness) => [artifactShape(artifact, witness)]),
    }),
    ...(has('listLocation') && {
      listLocation: (location, context) => code.eachIn(location, context),
    }),
    ...(has('unpack') && {
      unpack: async (artifact, target, context) => {
        await code.use(context, 'unpack', (witness) => [
          artifactShape(artifact, witness),
          targetShape(target),
        ])
      },
    }),
    ...(has('pack') && {
      pack: async (source, context) =>
        (await code.use(context, 'pack', () => [sourceShape(source)])) as Awaited<
          ReturnType<NonNullable<Kind['pack']>>
        >,
    }),
    ...(has('validate') && {
      validate: (input, context) =>
        code.each(context, 'validate', (witness) => [
          isArtifact(input) ? artifactShape(input, witness) : sourceShape(input),
        ]),
    }),
    ...(has('diff') && { diff: async (from, to) => code.changes(from, to) }),
    ...(has('dependencies') && { dependencies: (model) => code.reading(model)?.dependencies ?? [] }),
    ...(has('resolve') && {
      resolve: async (word, context) =>
        (await code.use(context, 'resolve', () => [word])) as string | undefined,
    }),
    ...(has('complete') && {
      complete: (model, word) =>
        (code.reading(model)?.completions ?? []).filter((one) => one.startsWith(word)),
    }),
    commands: (data.commands ?? []).map((command) => remoteCommand(name, command, process)),
  })
}

/** The functions of a kind, called in the process that has them. */
class RemoteCode {
  readonly #name: string
  readonly #process: () => Promise<PluginProcess>
  readonly #readings = new Map<unknown, Reading>()

  constructor(name: string, process: () => Promise<PluginProcess>) {
    this.#name = name
    this.#process = process
  }

  /** What `read` brought with a model. */
  reading(model: unknown): Reading | undefined {
    return this.#readings.get(model)
  }

  async read(artifact: Artifact, context: KindContext): Promise<unknown> {
    const witness = new PartWitness()
    const shapes = [artifactShape(artifact, witness), contextShape(context, witness)]
    const answer = (await witnessed(witness, context.signal, async () =>
      (await this.#process()).call('read', this.#name, ...shapes),
    )) as Reading & { readonly model: unknown }
    this.#readings.set(answer.model, checked(answer, this.#name))
    if (this.#readings.size > maxReadings) this.#readings.delete(this.#readings.keys().next().value)
    return answer.model
  }

  /** A function that gives one value. */
  async use(context: KindContext, what: string, asShapes: Shapes): Promise<unknown> {
    const witness = new PartWitness()
    return witnessed(witness, context.signal, async () =>
      (await this.#process()).call(
        'use',
        this.#name,
        what,
        ...asShapes(witness),
        contextShape(context, witness),
      ),
    )
  }

  /** A function that gives rows. */
  async *each<T>(context: KindContext, what: string, asShapes: Shapes): AsyncGenerator<T, void> {
    const witness = new PartWitness()
    const shapes = [...asShapes(witness), contextShape(context, witness)]
    yield* witnessedRows<T>(witness, context.signal, async () =>
      (await this.#process()).call('use', this.#name, what, ...shapes),
    )
  }

  /** The entries of a location. */
  async *eachIn<T>(location: KindLocation, context: LocationContext): AsyncGenerator<T, void> {
    const witness = new PartWitness()
    const shape = { ...contextShape(context, witness), ...placeOf(context) }
    yield* witnessedRows<T>(witness, context.signal, async () =>
      (await this.#process()).call('use', this.#name, 'listLocation', location, shape),
    )
  }

  async changes(from: unknown, to: unknown): Promise<readonly Change[]> {
    return checkedChanges(await (await this.#process()).call('diff', this.#name, from, to), this.#name)
  }
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
