import type { Bytes } from '@ocish/sdk'
import type { CommandStream, Outcome, Row } from './command.ts'
import type { Edge } from './formats/edge.ts'
import type { Output } from './signature.ts'

/** A command's stream as an edge. `outcome` settles when the edge has been read to its end. */
export interface Emitted {
  /** Absent for a command without output (which has then run to its end). */
  readonly edge?: Edge
  readonly outcome: Promise<Outcome>
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
      return { edge: { form: 'rows', rows: pull as AsyncIterable<Row>, types }, outcome: pull.outcome }
    }
    case 'bytes':
      return { edge: { form: 'bytes', bytes: pull as Bytes }, outcome: pull.outcome }
    case 'value': {
      let last: { readonly value: unknown } | undefined
      for await (const value of pull) last = { value }
      return last === undefined
        ? { outcome: pull.outcome }
        : { edge: { form: 'value', value: last.value, type: output.type }, outcome: pull.outcome }
    }
    case 'none':
      for await (const _ of pull);
      return { outcome: pull.outcome }
    default:
      return output satisfies never
  }
}

/** A command's stream that tells how it ended, also when nobody read it. */
class Pull implements AsyncIterableIterator<unknown, void> {
  readonly outcome: Promise<Outcome>
  readonly #stream: CommandStream
  readonly #settled = Promise.withResolvers<Outcome>()

  constructor(stream: CommandStream) {
    this.#stream = stream
    this.outcome = this.#settled.promise
    this.outcome.catch(() => undefined)
  }

  async next(): Promise<IteratorResult<unknown, void>> {
    try {
      const step = await this.#stream.next()
      if (step.done !== true) return step
      this.#settled.resolve(step.value ?? { exit: 0 })
      return { done: true, value: undefined }
    } catch (error) {
      this.#settled.reject(error)
      throw error
    }
  }

  async return(): Promise<IteratorResult<unknown, void>> {
    await this.#stream.return({ exit: 0 })
    this.#settled.resolve({ exit: 0 })
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
