import { createMemoryRegistry } from '@ocish/core'
import { describeRegistry } from './registry-suite/describe-registry.ts'

let count = 0
const repository = (): string => `test/repository-${(count += 1)}`

describeRegistry('memory registry', async () => ({ registry: createMemoryRegistry(), repository }))

describeRegistry('memory registry without abilities', async () => ({
  registry: createMemoryRegistry({
    abilities: {
      mount: false,
      range: false,
      referrers: false,
      tagDelete: false,
      delete: false,
      deferredDigest: false,
      chunked: false,
    },
  }),
  repository,
}))
