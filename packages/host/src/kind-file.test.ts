import { writeFile } from 'node:fs/promises'
import { createMemoryRegistry } from '@ocish/core'
import { defineKind, type KindContext, kindData } from '@ocish/sdk'
import { temporaryFolder } from '@ocish/testing'
import { expect, it } from 'vitest'
import { createHost } from './host.ts'

it('a kind reads the file that was typed for its option, and no other one', async () => {
  await using folder = await temporaryFolder()
  const seen: string[] = []
  const kind = defineKind<unknown>({
    name: 'keyed',
    match: [{ artifactType: 'application/x.keyed' }],
    options: [
      { name: 'key', type: 'path', summary: 'a file', verbs: ['pull'] },
      { name: 'word', type: 'string', summary: 'no file', verbs: ['pull'] },
    ],
    read: async () => ({}),
    describe: () => ({ title: 'keyed', fields: [] }),
    async unpack(_artifact, target, context: KindContext) {
      const source = await context.file?.(context.options['word'] === undefined ? 'key' : 'word')
      for await (const chunk of source?.open('') ?? []) seen.push(Buffer.from(chunk).toString())
      await target.write('out', (async function* none() {})())
    },
  })
  const registry = createMemoryRegistry()
  await using host = await createHost({
    cwd: folder.path,
    home: folder.path,
    connect: async () => registry,
    kinds: [{ ...kindData(kind), package: 'kind-keyed', load: async () => kind }],
  })
  await writeFile(folder.join('a.txt'), 'a')
  await writeFile(folder.join('key.txt'), 'the key')
  await host.push('a.txt', 'example.com/a:1', { artifactType: 'application/x.keyed' })
  const pull = async (options: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> =>
    Array.fromAsync(
      host.run('pull', { args: { ref: 'example.com/a:1', folder: 'out' }, flags: { force: true }, options }),
    )
  await pull({ key: 'key.txt' })
  expect(seen).toEqual(['the key'])
  await expect(pull({ key: 'missing.txt' })).toFailWith('FILE_NOT_FOUND')
  await expect(pull({ key: 'key.txt', word: 'word' })).toFailWith('KIND_FAILED')
  await expect(pull({ key: 1 })).toFailWith('KIND_OPTION_UNSUPPORTED')
})
