import { describeRegistry, temporaryFolder } from '@ocish/testing'
import { openArchive } from './archive.ts'

let count = 0

describeRegistry(
  'an archive that is written',
  async () => {
    const folder = await temporaryFolder()
    const registry = await openArchive(folder.join('archive.tar'), { access: 'write' })
    const repository = (): string => {
      count += 1
      return `team/repository-${count}`
    }
    return { registry, repository, close: () => folder.remove() }
  },
  { perTest: true, lacks: ['isolation'] },
)
