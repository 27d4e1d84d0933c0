import { createDigester, type OpenBytes } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import { textArg, textFlag } from './call-values.ts'
import { inputFile } from './input-file.ts'
import type { Opened } from './services.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const path = textArg(call, 'file')
  const input = await inputFile(path, call, services)
  const to = await services.open(textArg(call, 'repository'), 'write')
  if (services.options.dryRun) {
    yield textFlag(call, 'digest') ?? (await measured(input.open, signal))
    return
  }
  if (path === '-') {
    yield await streamed(to, input.open, call)
    return
  }
  const digest = textFlag(call, 'digest') ?? (await measured(input.open, signal))
  const expected = { digest, ...(input.size === undefined ? {} : { size: input.size }) }
  const descriptor = await to.registry.pushBlob(to.repository, expected, input.open, { signal })
  await to.registry.commit({ signal })
  yield descriptor.digest
}

async function measured(open: OpenBytes, signal: AbortSignal): Promise<string> {
  const digester = createDigester()
  for await (const chunk of open()) {
    signal.throwIfAborted()
    digester.update(chunk)
  }
  return digester.digest()
}

/** Standard input is read once: with a digest it is pushed as it comes, else in chunks whose digest is learnt on the way. */
async function streamed(to: Opened, open: OpenBytes, call: Call): Promise<string> {
  const { signal } = call
  const { registry, repository } = to
  const expected = textFlag(call, 'digest')
  const upload = await registry.startUpload(repository, { signal })
  const digester = createDigester()
  const hashed = async function* hashed(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of open()) {
      digester.update(chunk)
      yield chunk
    }
  }
  try {
    await upload.write(hashed(), { signal })
    const { digest } = await upload.commit(expected ?? digester.digest(), { signal })
    await registry.commit({ signal })
    return digest
  } catch (error) {
    await upload.cancel().catch(() => undefined)
    throw error
  }
}
