import { defineCommand, type Command } from '@ocish/shell'
import { isSet, optionalTextArg, textFlag } from './call-values.ts'
import type { Services } from './services.ts'
import { serveSignature } from './signatures/serve.ts'

export const command: Command<Services> = defineCommand<Services>({
  signature: serveSignature,
  async *run(call, services) {
    const folder = optionalTextArg(call, 'folder')
    yield* services.serve({
      ...(folder === undefined ? {} : { folder }),
      address: textFlag(call, 'addr') ?? '127.0.0.1:5000',
      readOnly: isSet(call, 'readonly'),
      signal: call.signal,
    })
  },
})
