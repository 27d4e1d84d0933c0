import { defineCommand, type Command } from '@ocish/shell'
import type { Services } from './services.ts'
import { cacheDuSignature } from './signatures/cache.ts'

export const command: Command<Services> = defineCommand<Services>({
  signature: cacheDuSignature,
  async *run(_call, services) {
    yield* services.cache.usage()
  },
})
