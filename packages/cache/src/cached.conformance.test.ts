import { createMemoryRegistry } from '@ocish/core'
import { describeRegistry, type RegistryUnderTest, temporaryFolder } from '@ocish/testing'
import { cached } from './cached.ts'
import { openStore } from './store.ts'

let count = 0

async function behindStores(stores: number): Promise<RegistryUnderTest> {
  const folder = await temporaryFolder()
  const opened = Array.from({ length: stores }, (_, number) => openStore(folder.join(`store-${number}`)))
  const memory = createMemoryRegistry()
  const registry = opened.reduce((inner, store) => cached(inner, store, { host: 'memory.example' }), memory)
  const repository = (): string => {
    count += 1
    return `team/repository-${count}`
  }
  const close = async (): Promise<void> => {
    for (const store of opened) await store[Symbol.asyncDispose]()
    await folder.remove()
  }
  return { registry, repository, close }
}

describeRegistry('memory behind a store', () => behindStores(1))
describeRegistry('memory behind two stores', () => behindStores(2))
