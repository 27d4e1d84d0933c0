/** A stream of owned chunks: the receiver may keep or change them. */
export type Bytes = AsyncIterable<Uint8Array>

/** Content that can be opened again, so that a request body can be replayed. */
export type OpenBytes = () => Bytes

/** Bytes that are at hand as a stream of one chunk, which is a copy: the receiver owns it. */
export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield new Uint8Array(bytes)
}
