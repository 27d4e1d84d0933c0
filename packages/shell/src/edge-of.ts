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
  const settled = Promise.withResolvers<Outcome>()
  settled.promise.catch(() => undefined)
  const pulled = pull(stream, settled)
  switch (output.form) {
    case 'rows':
      return {
        edge: {
          form: 'rows',
          rows: pulled as AsyncIterable<Row>,
          types: Array.isArray(output.row) ? output.row : [output.row],
        },
        outcome: settled.promise,
      }
    case 'bytes':
      return { edge: { form: 'bytes', bytes: pulled as Bytes }, outcome: settled.promise }
    case 'value': {
      let last: { readonly value: unknown } | undefined
      for await (const value of pulled) last = { value }
      return last === undefined
        ? { outcome: settled.promise }
        : { edge: { form: 'value', value: last.value, type: output.type }, outcome: settled.promise }
    }
    case 'none':
      for await (const _ of pulled);
      return { outcome: settled.promise }
    default:
      return output satisfies never
  }
}

async function* pull(
  stream: CommandStream,
  settled: PromiseWithResolvers<Outcome>,
): AsyncGenerator<unknown, void> {
  try {
    for (;;) {
      const step = await stream.next()
      if (step.done === true) {
        settled.resolve(step.value ?? { exit: 0 })
        return
      }
      yield step.value
    }
  } catch (error) {
    settled.reject(error)
    throw error
  } finally {
    await stream.return({ exit: 0 })
    settled.resolve({ exit: 0 })
  }
}
