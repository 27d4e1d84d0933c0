import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createExclusive } from './exclusive.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const { signal } = new AbortController()

beforeEach(async () => {
  folder = await temporaryFolder()
})

afterEach(async () => {
  await folder.remove()
})

/** Adds 1 to a number in a file, which only works out when nobody else does so at the same time. */
const increment = `
  async function increment(file) {
    const before = Number(await readFile(file, 'utf8'))
    await new Promise((resolve) => setImmediate(resolve))
    await writeFile(file, String(before + 1))
  }
`

function child(body: string): ReturnType<typeof spawn> {
  const script = `
    import { readFile, writeFile } from 'node:fs/promises'
    import { createExclusive } from ${JSON.stringify(join(import.meta.dirname, 'exclusive.ts'))}
    const [folder, file] = process.argv.slice(1)
    const exclusive = createExclusive(folder)
    const { signal } = new AbortController()
    ${increment}
    ${body}
  `
  const args = [
    '-C',
    'ocish-source',
    '--input-type=module',
    '-e',
    script,
    folder.join('locks'),
    folder.join('number'),
  ]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

describe('exclusive', () => {
  it('works one after the other within a process, also without a folder, and a failure frees the key', async () => {
    const exclusive = createExclusive(undefined)
    const order: string[] = []
    const slow = exclusive('a', signal, async () => {
      await new Promise((resolve) => setImmediate(resolve))
      order.push('first')
      throw new Error('no')
    })
    const next = exclusive('a', signal, async () => order.push('second'))
    const other = exclusive('b', signal, async () => order.push('other'))
    await expect(slow).rejects.toThrow('no')
    await Promise.all([next, other])
    expect(order).toEqual(['other', 'first', 'second'])
  })

  it('does not begin what was aborted while it waited', async () => {
    const exclusive = createExclusive(undefined)
    const abort = new AbortController()
    const first = exclusive('a', signal, async () => abort.abort())
    const second = exclusive('a', abort.signal, async () => 'ran')
    await first
    await expect(second).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  })

  it('holds between processes: no update is lost', async () => {
    await writeFile(folder.join('number'), '0')
    const body = `for (let n = 0; n < 5; n += 1) await exclusive('key', signal, () => increment(file))`
    const children = [1, 2, 3, 4].map(() => child(body))
    const codes = await Promise.all(children.map(async (one) => (await once(one, 'exit')) as [number | null]))
    expect(codes.map(([code]) => code)).toEqual([0, 0, 0, 0])
    expect(await readFile(folder.join('number'), 'utf8')).toBe('20')
    expect(await readdir(folder.join('locks'))).toEqual([])
  })

  it('is taken over from a process that was killed while it held the key', async () => {
    const holder = child(
      `await exclusive('key', signal, async () => { process.stdout.write('held'); await new Promise((resolve) => setTimeout(resolve, 60_000)) })`,
    )
    await once(holder.stdout ?? holder, 'data')
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    expect(await createExclusive(folder.join('locks'))('key', signal, async () => 'mine')).toBe('mine')
  })
})
