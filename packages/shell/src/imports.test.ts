import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** The modules that importing one entry of this package loads, as paths below `packages/`. */
async function loadedBy(specifier: string): Promise<readonly string[]> {
  const script = `
    import { registerHooks } from 'node:module'
    const urls = []
    registerHooks({ load(url, context, next) { urls.push(url); return next(url, context) } })
    await import(${JSON.stringify(specifier)})
    console.log(JSON.stringify(urls))
  `
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-C', 'ocish-source', '--input-type=module', '-e', script],
    { cwd: import.meta.dirname },
  )
  return (JSON.parse(stdout) as string[])
    .filter((url) => url.startsWith('file:'))
    .map((url) => url.slice(url.lastIndexOf('/packages/') + 1))
}

test('the index loads no layouts, no yaml and nothing of Node', async () => {
  const modules = await loadedBy('@ocish/shell')
  expect(modules.filter((path) => /node_modules|\/yaml|shell\/src\/text\//.test(path))).toEqual([])
  expect(
    modules
      .filter((path) => path.includes('/formats/'))
      .map((path) => path.slice(path.lastIndexOf('/') + 1))
      .toSorted(),
  ).toEqual([
    'columns.ts',
    'json.ts',
    'machine-value.ts',
    'read.ts',
    'rows-of.ts',
    'tsv.ts',
    'utf8.ts',
    'write.ts',
  ])
})

test('the text layer loads no language', async () => {
  const modules = await loadedBy('@ocish/shell/text')
  expect(modules.filter((path) => /\/language\/|\/bind|\/yaml/.test(path))).toEqual([])
})
