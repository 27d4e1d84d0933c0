import { describeRegistry, temporaryFolder } from '@ocish/testing'
import { openLayout } from './layout.ts'

let count = 0

describeRegistry(
  'a layout',
  async () => {
    const folder = await temporaryFolder()
    const registry = await openLayout(folder.join('layout'), { access: 'write' })
    const repository = (): string => {
      count += 1
      return `team/repository-${count}`
    }
    return { registry, repository, close: () => folder.remove() }
  },
  { perTest: true, lacks: ['isolation'] },
)
