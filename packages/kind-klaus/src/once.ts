/** Bytes that are at hand, as a stream of one chunk. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes
}
