import { describeRegistry, type RegistryUnderTest } from '@ocish/testing'
import { logged } from './filter/logged.ts'
import { readOnly } from './filter/read-only.ts'
import { scoped } from './filter/scoped.ts'
import { select } from './filter/select.ts'
import { createMemoryRegistry, type MemoryRegistryOptions } from './memory.ts'
import type { Registry } from './registry.ts'

let repositories = 0

function under(view: (memory: Registry) => Registry, options?: MemoryRegistryOptions) {
  return (): Promise<RegistryUnderTest> => {
    const memory = createMemoryRegistry(options)
    const registry = view(memory)
    return Promise.resolve({
      registry,
      repository: () => `suite/r${++repositories}`,
      ...(registry.abilities.readOnly && { fill: memory }),
    })
  }
}

const same = (memory: Registry): Registry => memory

describeRegistry('memory', under(same))
describeRegistry(
  'memory without what is optional',
  under(same, {
    abilities: {
      referrers: false,
      mount: false,
      tagDelete: false,
      delete: false,
      range: false,
      chunked: false,
    },
  }),
)
describeRegistry(
  'logged',
  under((memory) => logged(memory, () => {})),
)
describeRegistry(
  'scoped',
  under((memory) => scoped(memory, 'team/')),
)
describeRegistry(
  'select of everything',
  under((memory) => select(memory, {})),
)
describeRegistry('read-only', under(readOnly), { readOnly: true })
