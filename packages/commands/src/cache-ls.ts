import { defineCommand, type Command } from '@ocish/shell'
import type { Services } from './services.ts'
import { cacheLsSignature } from './signatures/cache.ts'

export const command: Command<Services> = defineCommand<Services>({
  signature: cacheLsSignature,
  async *run(_call, services) {
    yield* services.cache.ls()
  },
})
