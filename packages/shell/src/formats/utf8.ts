import type { Bytes } from '@ocish/sdk'

/** Bytes as text, chunk by chunk; what is not UTF-8 becomes U+FFFD. */
export async function* decoded(bytes: Bytes): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true })
    if (text !== '') yield text
  }
  const rest = decoder.decode()
  if (rest !== '') yield rest
}
