import { describeRegistry, temporaryFolder } from '@ocish/testing'
import { openStore } from './store.ts'

let count = 0

function freshRepository(): string {
  count += 1
  return `team/repository-${count}`
}

describeRegistry('a store', async () => {
  const folder = await temporaryFolder()
  const registry = openStore(folder.join('store'))
  return { registry, repository: freshRepository, close: () => folder.remove() }
})

describeRegistry('one host of a store', async () => {
  const folder = await temporaryFolder()
  const store = openStore(folder.join('store'))
  const close = async (): Promise<void> => {
    await store[Symbol.asyncDispose]()
    await folder.remove()
  }
  return { registry: store.registry('localhost:5000'), repository: freshRepository, close }
})
