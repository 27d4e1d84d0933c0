import { defineCommand, type Command } from '@ocish/shell'
import type { Services } from './services.ts'
import { cacheClearSignature } from './signatures/cache.ts'

export const command: Command<Services> = defineCommand<Services>({
  signature: cacheClearSignature,
  async *run(call, services) {
    const { dryRun } = services.options
    if (!dryRun) await services.confirm('Remove everything from the store?')
    yield* services.cache.clear({ dryRun, signal: call.signal })
  },
})
