import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = `
import { registerHooks } from 'node:module'
const seen = []
registerHooks({ resolve: (specifier, context, next) => { seen.push(specifier); return next(specifier, context) } })
await import('@ocish/core')
console.log(JSON.stringify(seen))
`

it('loads neither undici nor the client, and no cryptography before the first hash', async () => {
  const args = ['--conditions=ocish-source', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname })
  const seen = JSON.parse(stdout) as string[]
  expect(seen).toContain('./copy.ts')
  expect(seen.filter((name) => /undici|client|crypto|node:(?:http|tls|net|fs|zlib)/.test(name))).toEqual([])
})
