import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ocishBin } from '@ocish/testing'
import { expect, test } from 'vitest'
import { createWorld } from './world.test-kit.ts'

const bun = fileURLToPath(new URL('../../../tooling/node_modules/.bin/bun', import.meta.url))
const run = promisify(execFile)

// The release form of a later day is a binary compiled by Bun; the built program must keep running on it.
test.runIf(existsSync(bun))(
  'the built program runs on Bun: version, push, resolve, describe, pull',
  async () => {
    await using world = await createWorld()
    const ocish = async (...args: string[]): Promise<string> => {
      const env = { PATH: process.env['PATH'] ?? '', HOME: world.home.path, LANG: 'C.UTF-8' }
      const { stdout } = await run(bun, [ocishBin, ...args], { cwd: world.home.path, env })
      return stdout
    }
    expect(await ocish('--version')).toMatch(/^\d+\.\d+\.\d+/)
    await world.file('notes.txt', 'hello from bun')
    const reference = `${world.host}/team/notes:1.0`
    const pushed = JSON.parse(await ocish('push', 'notes.txt', reference, '-o', 'json')) as {
      readonly digest: string
    }
    expect((await ocish('resolve', reference)).trim()).toBe(pushed.digest)
    expect(await ocish('describe', reference)).toContain('notes.txt')
    await ocish('pull', reference, 'out')
    expect(await world.read('out/notes.txt')).toBe('hello from bun')
  },
)
