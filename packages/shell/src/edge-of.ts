import type { Bytes } from '@ocish/sdk'
import type { BoundCall } from './bound-call.ts'
import type { CommandStream, Outcome, Row } from './command.ts'
import type { Edge } from './formats/edge.ts'
import type { Output } from './signature.ts'

/** A command's stream as an edge. `outcome` settles when the edge has been read to its end. */
export interface Emitted {
  /** Absent for a command without output (which has then run to its end). */
  readonly edge?: Edge
  readonly outcome: Promise<Outcome>
  /** The outcome as far as it is known now; undefined while the command has not come to its end. */
  readonly ended: () => Outcome | undefined
}

/** Whether these arguments name standard output, where the command gives bytes for that (`bytesTo`). */
export function givesBytes(output: Output, args: BoundCall['args']): boolean {
  const isTelling = output.form === 'rows' || output.form === 'value'
  return isTelling && output.bytesTo !== undefined && args[output.bytesTo] === '-'
}

/** What a call gives: what its signature says, or bytes where it names standard output (`bytesTo`). */
export function outputOf({ signature, args }: Pick<BoundCall, 'signature' | 'args'>): Output {
  const { output } = signature
  return givesBytes(output, args) ? { form: 'bytes' } : output
}

/**
 * What a command yields, in the form its signature declares: rows and bytes are streamed as they are pulled, one value
 * is waited for. Leaving the edge early closes the command.
 */
export async function edgeOf(output: Output, stream: CommandStream): Promise<Emitted> {
  const pull = new Pull(stream)
  switch (output.form) {
    case 'rows': {
      const types = Array.isArray(output.row) ? output.row : [output.row]
      return { edge: { form: 'rows', rows: pull as AsyncIterable<Row>, types }, ...pull.emitted }
    }
    case 'bytes':
      return { edge: { form: 'bytes', bytes: pull as Bytes }, ...pull.emitted }
    case 'value': {
      let last: { readonly value: unknown } | undefined
      for await (const value of pull) last = { value }
      return last === undefined
        ? pull.emitted
        : { edge: { form: 'value', value: last.value, type: output.type }, ...pull.emitted }
    }
    case 'none':
      for await (const _ of pull);
      return pull.emitted
    default:
      return output satisfies never
  }
}

/** A command's stream that tells how it ended, also when nobody read it. */
class Pull implements AsyncIterableIterator<unknown, void> {
  readonly emitted: Emitted
  #ended: Outcome | undefined
  readonly #stream: CommandStream
  readonly #settled = Promise.withResolvers<Outcome>()

  constructor(stream: CommandStream) {
    this.#stream = stream
    this.#settled.promise.catch(() => undefined)
    this.emitted = { outcome: this.#settled.promise, ended: () => this.#ended }
  }

  async next(): Promise<IteratorResult<unknown, void>> {
    try {
      const step = await this.#stream.next()
      if (step.done !== true) return step
      this.#end(step.value ?? { exit: 0 })
      return { done: true, value: undefined }
    } catch (error) {
      this.#settled.reject(error)
      throw error
    }
  }

  async return(): Promise<IteratorResult<unknown, void>> {
    await this.#stream.return({ exit: 0 })
    this.#end({ exit: 0 })
    return { done: true, value: undefined }
  }

  #end(outcome: Outcome): void {
    this.#ended ??= outcome
    this.#settled.resolve(outcome)
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
