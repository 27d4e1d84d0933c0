import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { openLayout } from '@ocish/cache'
import { loadCommand } from '@ocish/commands'
import type { Finding } from '@ocish/sdk'
import { content, temporaryFolder } from '@ocish/testing'
import { expect, it } from 'vitest'
import { createHost } from './host.ts'

const sample = content({
  blobs: { layer: 'a layer' },
  manifests: {
    one: { artifactType: 'application/vnd.example.one', layers: ['layer'] },
    two: { artifactType: 'application/vnd.example.two', layers: ['layer'] },
  },
})
const { one, two } = sample.manifests

/** A layout with both manifests; its index has the given tags, in this order, as another tool may write them. */
async function writeLayout(folder: string, tags: readonly (readonly [string, typeof one])[]): Promise<void> {
  await using layout = await openLayout(folder, { access: 'write' })
  await sample.push(layout, layout.repository)
  const manifests = tags.map(([tag, { descriptor: named }]) => ({
    ...named,
    annotations: { 'org.opencontainers.image.ref.name': tag },
  }))
  await writeFile(`${folder}/index.json`, JSON.stringify({ schemaVersion: 2, manifests }))
}

async function validated(
  cwd: string,
  subject: string,
  flags = {},
): Promise<{ readonly findings: readonly Finding[]; readonly exit: number }> {
  await using host = await createHost({ cwd, home: cwd })
  const command = await loadCommand('validate')
  if (command === undefined) throw new TypeError('no command validate')
  const { signal } = new AbortController()
  const run = command.run({ args: { subject }, flags, options: {}, signal }, host.services)
  const findings: Finding[] = []
  let step = await run.next()
  for (; step.done !== true; step = await run.next()) findings.push(step.value as Finding)
  return { findings, exit: step.value?.exit ?? 0 }
}

const [first, second] = [one.descriptor.digest, two.descriptor.digest]

it('validate finds a tag that the index of a layout gives to two manifests', async () => {
  await using folder = await temporaryFolder()
  await writeLayout(folder.join('twice'), [
    ['v1', one],
    ['v1', two],
    ['v2', one],
  ])
  const duplicate = {
    severity: 'error',
    code: 'TAG_DUPLICATE',
    path: '',
    message: `the tag v1 is 2 times in the index of oci:twice: ${first}, ${second}`,
  }
  expect(await validated(folder.path, 'oci:twice:v1')).toStrictEqual({ findings: [duplicate], exit: 1 })
  for (const unambiguous of ['oci:twice:v2', `oci:twice@${first}`]) {
    expect(await validated(folder.path, unambiguous)).toStrictEqual({ findings: [], exit: 0 })
  }
})

it('validate finds it also where the only tag need not be named, and in an archive of the layout', async () => {
  await using folder = await temporaryFolder()
  await writeLayout(folder.join('only'), [
    ['v1', one],
    ['v1', two],
  ])
  await promisify(execFile)('tar', ['-cf', folder.join('only.tar'), '-C', folder.join('only'), '.'])
  for (const place of ['oci:only', 'tar:only.tar']) {
    const { findings, exit } = await validated(folder.path, place)
    expect(findings).toMatchObject([{ severity: 'error', code: 'TAG_DUPLICATE' }])
    expect(findings[0]?.message).toContain(`the index of ${place}: ${first}, ${second}`)
    expect(exit).toBe(1)
  }
})

it('validate warns of an entry that only repeats another', async () => {
  await using folder = await temporaryFolder()
  await writeLayout(folder.join('repeated'), [
    ['v1', one],
    ['v1', one],
  ])
  const { findings, exit } = await validated(folder.path, 'oci:repeated:v1')
  expect(findings).toMatchObject([{ severity: 'warning', code: 'TAG_DUPLICATE' }])
  expect(exit).toBe(0)
  expect(await validated(folder.path, 'oci:repeated:v1', { strict: true })).toMatchObject({ exit: 1 })
})
