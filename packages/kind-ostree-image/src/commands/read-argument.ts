import { OcishError, type KindCommandContext } from '@ocish/sdk'

/** The file that the user named for a parameter, as a whole. Errors: LIMIT_EXCEEDED, FILE_NOT_FOUND. */
export async function readArgument(
  context: KindCommandContext,
  parameter: string,
  { what, limit }: { readonly what: string; readonly limit: number },
): Promise<Buffer> {
  const file = await context.folder?.(parameter)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of file?.open('') ?? []) {
    size += chunk.length
    if (size > limit) throw new OcishError('LIMIT_EXCEEDED', `${what} has more than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
