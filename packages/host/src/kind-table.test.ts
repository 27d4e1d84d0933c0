import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kindData } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { builtInKinds } from './kind-table.ts'

const packages = join(import.meta.dirname, '../..')

async function manifests(): Promise<
  readonly { readonly name: string; readonly ocish?: { readonly kinds: readonly unknown[] } }[]
> {
  const names = (await readdir(packages)).filter((name) => name.startsWith('kind-'))
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(packages, name, 'package.json'), 'utf8'))),
  )
}

describe('the table of the kinds that come with the program', () => {
  it('has every kind of every package of the workspace, and no other', async () => {
    const declared = (await manifests()).flatMap((one) => (one.ocish?.kinds ?? []).map(() => one.name))
    expect(
      builtInKinds()
        .map((entry) => entry.package)
        .toSorted(),
    ).toEqual(declared.toSorted())
  })

  it.each(builtInKinds().map((entry) => [entry.name, entry] as const))(
    'the data of %s in package.json is what its code says, and its loader gives that kind',
    async (_, entry) => {
      const kind = await entry.load()
      const { package: _package, load: _load, ...data } = entry
      expect(JSON.parse(JSON.stringify(kindData(kind)))).toEqual(data)
    },
  )

  it('no two kinds have one name, and no command of a kind is named twice', () => {
    const names = builtInKinds().map((entry) => entry.name)
    const commands = builtInKinds().flatMap((entry) =>
      (entry.commands ?? []).map((one) => `${entry.family} ${one.name}`),
    )
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(commands).size).toBe(commands.length)
  })
})
