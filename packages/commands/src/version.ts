import { defineCommand, type Command } from '@ocish/shell'
import type { Services } from './services.ts'
import { versionSignature } from './signatures/help.ts'

export const command: Command<Services> = defineCommand<Services>({
  signature: versionSignature,
  async *run(_call, services) {
    yield services.version
  },
})
