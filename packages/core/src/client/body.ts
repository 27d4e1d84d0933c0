import type { Sink } from '../registry.ts'

/** The body of an answer. Iterate it once (the chunks are the receiver's), or `pump` it, or `discard` it. */
export interface Body extends AsyncIterable<Uint8Array> {
  /** Calls `listener` once when nothing more will arrive, or at once when that is so already. */
  whenFinished(listener: () => void): void
  /** Drops what comes: a short rest is read so that the connection can be used again, a long one closes it. */
  discard(): void
  /** Closes the connection. */
  destroy(reason?: Error): void
  /** The fast way, where there is one: the sink is done with a slab when its promise resolves. */
  pump?(sink: Sink): Promise<void>
}
