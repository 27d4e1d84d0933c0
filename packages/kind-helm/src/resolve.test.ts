import { artifactOf, kindContext, opened, type MemoryContext } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import { resolveChart, takeApart } from './resolve.ts'
import { sortVersions } from './versions.ts'

const stored =
  '0.9.0 1.0.0 1.0.0_b1 1.2.0 1.10.0 v1.11.0 1.3 latest 2.0.0-rc.1 2.0.0-rc.2 sha256-aa.sig 1.2.0-alpha 01.0.0 1.4.0_a_b 1.5.0-x_y 3.0.0-0 1.0.0_b2 artifacthub.io'
const repository = 'ghcr.io/acme/web'
const artifact = await artifactOf({ layers: [{ mediaType: 'text/plain', open: opened('x') }] })
const { digest } = artifact.descriptor
const other = `sha256:${'0'.repeat(64)}`

function registry(tags: string = stored): MemoryContext {
  const artifacts = Object.fromEntries(tags.split(' ').map((tag) => [`${repository}:${tag}`, artifact]))
  return kindContext({ artifacts })
}

/** A registry that refuses to list its tags. */
function withoutList(): MemoryContext {
  const context = registry()
  const versions = (): never => {
    throw new Error('the tags were listed')
  }
  return { ...context, lookup: { ...context.lookup, versions } }
}

describe('V5 references', () => {
  test.each([
    [
      'registry.example.com/repository:1.0@sha256:c684',
      'registry.example.com/repository',
      '1.0',
      'sha256:c684',
    ],
    ['oci://a/b:1@c', 'a/b', '1', 'c'],
    ['a/b:@', 'a/b', '', ''],
    [
      'registry.example.com/the/repository@sha256:c684',
      'registry.example.com/the/repository',
      '',
      'sha256:c684',
    ],
    ['localhost:5000/web', 'localhost:5000/web', '', ''],
    ['localhost:5000/web:1.0.0+b', 'localhost:5000/web', '1.0.0+b', ''],
  ])('%s', (word, name, tag, pin) => {
    expect(takeApart(word, {})).toEqual({ repository: name, tag, digest: pin })
  })

  test('a bare name is one of the configured repository', () => {
    expect(takeApart('web:1.0.0', { repository: 'oci://ghcr.io/acme/' })).toMatchObject({
      repository,
      tag: '1.0.0',
    })
    expect(() => takeApart('thing:1.0', {})).toFailWith('KIND_INPUT_INVALID')
    expect(() => takeApart(' ', {})).toFailWith('KIND_INPUT_INVALID')
  })
})

describe('V12 versions of a repository', () => {
  test('strict ones in order, and what is left out', () => {
    const { versions, skipped } = sortVersions(stored.split(' '))
    expect(versions.filter(({ strict }) => strict).map(({ text }) => text)).toEqual(
      '3.0.0-0 2.0.0-rc.2 2.0.0-rc.1 1.10.0 1.5.0-x+y 1.2.0 1.2.0-alpha 1.0.0 1.0.0+b1 1.0.0+b2 0.9.0'.split(
        ' ',
      ),
    )
    expect(skipped).toEqual(['latest', 'sha256-aa.sig', '1.4.0_a_b', 'artifacthub.io'])
  })

  test.each([
    ['', '1.10.0'],
    ['^1', '1.10.0'],
    ['~1.2', '1.2.0'],
    ['>0.0.0-0', '3.0.0-0'],
    ['^2-0', '2.0.0-rc.2'],
    ['~>1.0', '1.0.0'],
    ['!=1.10.0', '1.2.0'],
    ['>=1.0.0, <1.1.0', '1.0.0'],
  ])('%j is %s', async (version, expected) => {
    const asked = version === '' ? {} : { version }
    expect(await resolveChart(repository, asked, registry())).toBe(`${repository}:${expected}`)
  })

  test('none fits: exit 3 and the tags that are there', async () => {
    const failure: unknown = await resolveChart(
      repository,
      { version: '^2' },
      registry('1.0.0 latest'),
    ).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'TAG_NOT_FOUND', exit: 3, details: { tags: ['1.0.0', 'latest'] } })
    await expect(resolveChart(repository, {}, registry('latest main'))).toFailWith('TAG_NOT_FOUND')
    await expect(resolveChart(repository, { version: 'latest' }, registry())).toFailWith('KIND_INPUT_INVALID')
  })

  test('loose versions only where no strict one fits, and said', async () => {
    const context = registry('v1.2.0 v1.1.0')
    expect(await resolveChart(repository, { version: '^1' }, context)).toBe(`${repository}:v1.2.0`)
    expect(context.warnings).toHaveLength(1)
  })

  test('--devel takes prereleases', async () => {
    expect(await resolveChart(repository, { devel: true }, registry())).toBe(`${repository}:3.0.0-0`)
  })
})

describe('what needs no list', () => {
  test.each([
    ['1.2.3', '1.2.3'],
    ['1.0.0+b1', '1.0.0_b1'],
    ['v1.0.0', 'v1.0.0'],
  ])('--version %s', async (version, tag) => {
    expect(await resolveChart(repository, { version }, withoutList())).toBe(`${repository}:${tag}`)
  })

  test('a tag in the reference, with + or _, and the same version again', async () => {
    const context = withoutList()
    expect(await resolveChart(`oci://${repository}:1.0.0+b1`, { version: '1.0.0_b1' }, context)).toBe(
      `${repository}:1.0.0_b1`,
    )
    expect(await resolveChart(`${repository}:latest`, {}, context)).toBe(`${repository}:latest`)
    await expect(resolveChart(`${repository}:0.1.1`, { version: '0.1.2' }, context)).toFailWith(
      'KIND_INPUT_INVALID',
    )
  })

  test('a digest', async () => {
    const context = withoutList()
    expect(await resolveChart(`${repository}@${digest}`, {}, context)).toBe(`${repository}@${digest}`)
    expect(await resolveChart(`${repository}:1.0.0@${digest}`, {}, context)).toBe(`${repository}@${digest}`)
    expect(await resolveChart(`${repository}:9.9.9@${other}`, {}, context)).toBe(`${repository}@${other}`)
    await expect(resolveChart(`${repository}:1.0.0@${other}`, {}, context)).toFailWith('DIGEST_MISMATCH')
  })
})

test('two numbers are a tag where there is one, else a range, and said', async () => {
  const context = registry()
  expect(await resolveChart(repository, { version: '1.3' }, context)).toBe(`${repository}:1.3`)
  expect(context.warnings).toEqual([])
  expect(await resolveChart(`${repository}:1.2`, {}, context)).toBe(`${repository}:1.2.0`)
  expect(context.warnings).toHaveLength(1)
})
