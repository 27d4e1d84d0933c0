/** A stream of owned chunks: the receiver may keep or change them. */
export type Bytes = AsyncIterable<Uint8Array>

/** Content that can be opened again, so that a request body can be replayed. */
export type OpenBytes = () => Bytes
