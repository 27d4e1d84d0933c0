import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { embeddedRegistry, temporaryFolder } from '@ocish/testing'
import { expect, it } from 'vitest'

const size = 32 * 2 ** 20
const program = join(import.meta.dirname, 'fixtures/push-one.ts')

it('an upload that is killed at 60 % moves at most 42 % in the next process (P16, our server)', async () => {
  await using folder = await temporaryFolder()
  await using server = await embeddedRegistry()
  const run = async (rate: number, killAt: number): Promise<unknown> => {
    const args = ['-C', 'ocish-source', program, server.host, folder.path, String(size), String(rate)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = once(child, 'exit')
    for await (const line of createInterface({ input: child.stdout }))
      if (Number(line) >= killAt) child.kill('SIGKILL')
    return (await exit)[0]
  }
  expect(await run(64 * 2 ** 20, 0.62 * size)).toBeNull()
  expect(await run(2 ** 30, Number.POSITIVE_INFINITY)).toBe(0)
  // The question whether the host keeps uploads is asked once for both; then the killed PATCH, and one with the rest.
  const patches = server.requests.filter(({ method }) => method === 'PATCH').map(({ received }) => received)
  expect(patches).toHaveLength(3)
  const rest = patches[2] ?? size
  expect(rest).toBe(size - (patches[1] ?? 0))
  expect(rest / size).toBeLessThanOrEqual(0.42)
})
