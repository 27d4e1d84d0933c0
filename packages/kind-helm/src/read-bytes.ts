import { OcishError, type Artifact, type Bytes, type Descriptor } from '@ocish/sdk'

/** Everything of a stream, but no more than `limit` bytes. Errors: LIMIT_EXCEEDED and those of the stream. */
export async function readBytes(bytes: Bytes, what: string, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > limit) throw tooMuch(what, limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A part of an artifact as a whole. Errors: LIMIT_EXCEEDED and those of opening it. */
export async function readPart(artifact: Artifact, part: Descriptor, limit: number): Promise<Uint8Array> {
  if (part.size > limit) throw tooMuch(part.mediaType, limit)
  return readBytes(artifact.open(part), part.mediaType, limit)
}

function tooMuch(what: string, limit: number): OcishError<'LIMIT_EXCEEDED'> {
  return new OcishError('LIMIT_EXCEEDED', `${what} is larger than ${limit} bytes`)
}
