import { type Artifact, type Bytes, type Descriptor, hasCode } from '@ocish/sdk'

/** Bytes of the largest part that is read once more to find out whether it is what it was said to be. */
const rereadLimit = 64 * 1024 * 1024

interface Opened {
  readonly artifact: Artifact
  readonly part: Descriptor
  /** It was read to its end, and is what its descriptor says. */
  whole: boolean
}

/**
 * Sees what became of the parts that a kind behind a channel has opened during one call. Bytes travel ahead of who reads
 * them, so that a kind may trip over wrong bytes before it is told that they are wrong, or swallow that; the answer is
 * DIGEST_MISMATCH or SIZE_MISMATCH all the same (T32).
 */
export class PartWitness {
  readonly #opened: Opened[] = []
  #failure: Error | undefined

  /** The bytes of a part, as the artifact gives them. */
  async *open(artifact: Artifact, part: Descriptor): Bytes & AsyncGenerator<Uint8Array> {
    const entry: Opened = { artifact, part, whole: false }
    this.#opened.push(entry)
    try {
      yield* artifact.open(part)
      entry.whole = true
    } catch (error) {
      this.#note(error)
      throw error
    }
  }

  /** The call has an answer. Errors: DIGEST_MISMATCH and SIZE_MISMATCH of a part behind it. */
  settle(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** The call has failed: because of this, or of a part that is not what it was said to be. */
  async reason(error: unknown, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) return error
    for (const { artifact, part, whole } of this.#opened) {
      if (this.#failure !== undefined) break
      // One after the other: the first one found is the answer.
      // oxlint-disable-next-line no-await-in-loop
      if (!whole && part.size <= rereadLimit) await this.#reread(artifact, part, signal)
    }
    return this.#failure ?? error
  }

  async #reread(artifact: Artifact, part: Descriptor, signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of artifact.open(part)) signal.throwIfAborted()
    } catch (error) {
      this.#note(error)
    }
  }

  #note(error: unknown): void {
    if (hasCode(error, 'DIGEST_MISMATCH', 'SIZE_MISMATCH')) this.#failure ??= error
  }
}
