import { fileURLToPath } from 'node:url'
import { type Kind, packageField } from '@ocish/sdk'
import { describeKind } from '@ocish/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { builtInKinds } from '../kind-table.ts'
import { casesOfKinds, locationsOfKinds } from './both-ways.test-kit.ts'
import { loadPlugin } from './load-plugin.ts'
import type { PluginProcess } from './plugin-process.ts'
import { remoteKind } from './remote-kind.ts'

/** The conformance suite on every built-in kind both ways: as it runs, and as a stranger's would, in another process. */
const root = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '')
const running: PluginProcess[] = []
afterAll(() => {
  for (const one of running) one.stop()
})

async function packaged(name: string): Promise<readonly Kind[]> {
  const folder = `packages/${name}`
  const declared = builtInKinds().filter((entry) => entry.package === `@ocish/${name}`)
  const plugin = await loadPlugin({
    name,
    folder: root,
    main: `${folder}/src/index.ts`,
    kinds: declared.map(({ package: _package, load: _load, ...data }) => data),
    nodeFlags: ['-C', 'ocish-source'],
  })
  running.push(plugin.process)
  return plugin.kinds.map((data) => remoteKind(data, async () => plugin.process))
}

const loaded = new Map(
  await Promise.all(
    [...new Set(casesOfKinds.map(([name]) => name))].map(
      async (name) => [name, await packaged(name)] as const,
    ),
  ),
)

it('every kind that comes with the program is here', () => {
  const named = casesOfKinds.map(([name, kind]) => `@ocish/${name} ${kind}`)
  expect(named.toSorted()).toEqual(
    builtInKinds()
      .map((entry) => `${entry.package} ${entry.name}`)
      .toSorted(),
  )
})

const inProcess = new Map(
  await Promise.all(builtInKinds().map(async (entry) => [entry.name, await entry.load()] as const)),
)

/** The examples of commands need the lookups of their own tests. */
function withoutCommands({ commands: _commands, ...rest }: Kind): Kind {
  return Object.freeze(rest)
}

describe('in process', () => {
  for (const [, name, given] of casesOfKinds) {
    const kind = withoutCommands(inProcess.get(name)!)
    const locations = locationsOfKinds[name] ?? []
    describeKind(kind, { packageJson: { ocish: packageField([kind]) }, cases: [given], locations })
  }
})

describe('in a child process', () => {
  for (const [name, kindName, given] of casesOfKinds) {
    const kind = withoutCommands(loaded.get(name)!.find((one) => one.name === kindName)!)
    const locations = locationsOfKinds[kindName] ?? []
    describeKind(kind, { packageJson: { ocish: packageField([kind]) }, cases: [given], locations })
  }
})
