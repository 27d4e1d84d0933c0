import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { atMost, type Case, type Environment } from './case.ts'
import { generatedRegistry } from './generated.ts'
import { ocish } from './processes.ts'

/** Pages that were asked for when the first row was there; the second page waits for it, ten seconds at most. */
async function pagesBeforeFirstRow(environment: Environment, names: number): Promise<number> {
  const firstRow = Promise.withResolvers<void>()
  let isLate = false
  await using registry = await generatedRegistry({
    names,
    beforeSecondPage: async () => {
      const timer = setTimeout(() => {
        isLate = true
        firstRow.resolve()
      }, 10_000)
      await firstRow.promise
      clearTimeout(timer)
    },
  })
  const args = [environment.bin, 'tags', '--no-cache', `${registry.address}/generated/tags`]
  const child = spawn(process.execPath, args, { env: environment.env, stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout.on('data', () => firstRow.resolve())
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`tags ended with ${code}`)
  return isLate ? Number.POSITIVE_INFINITY : 1
}

export const lists: Case = {
  id: 'P14',
  title: 'long lists',
  async run(environment) {
    const names = 100_000
    const first = await pagesBeforeFirstRow(environment, names)
    await using registry = await generatedRegistry({ names })
    const location = `${registry.address}/generated/tags`
    const { memory = Number.NaN } = await ocish(environment, 'tags', '--no-cache', location)
    return [
      atMost('P14', 'pages of 100,000 tags before the first row', first, 1, 'pages'),
      atMost('P14', '100,000 tags: peak memory', memory, 120, 'MiB'),
    ]
  },
}

export const pages: Case = {
  id: 'P19',
  title: 'requests of a list',
  async run(environment) {
    await using registry = await generatedRegistry({ names: 5000 })
    await ocish(environment, 'tags', '--no-cache', `${registry.address}/generated/tags`)
    return [atMost('P19', '5,000 tags', registry.pages, 5, 'requests')]
  },
}
