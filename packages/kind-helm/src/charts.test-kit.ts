import { gzipSync } from 'node:zlib'
import { writeTar } from '@ocish/archive'
import { digestOf, type Artifact, type Source } from '@ocish/sdk'
import {
  artifactOf,
  bytesOf,
  kindContext,
  memoryFile,
  memorySource,
  opened,
  readAll,
  type MemoryFile,
} from '@ocish/testing'
import { createCleartextMessage, generateKey, sign } from 'openpgp'
import { packChart } from './pack.ts'

export const webYaml = `apiVersion: v2
name: web
version: 1.2.0+build.5
appVersion: "2.0"
description: A web server
icon: https://example.test/icon.svg
`

/** A chart's folder with one of everything. */
export function chartFolder(more: Readonly<Record<string, MemoryFile>> = {}, name = 'web'): Source {
  return memorySource(
    {
      'Chart.yaml': webYaml,
      'values.yaml': 'replicas: 1\nimage: {name: web, tag: "2.0"}\n',
      'values.schema.json': '{"type": "object"}\n',
      'README.md': '# Web\n',
      'crds/site.yaml': 'kind: CustomResourceDefinition\n',
      'templates/deployment.yaml': 'kind: Deployment\n',
      '.helmignore': '*.tmp\n.git/\n',
      'draft.tmp': 'x',
      '.git/HEAD': 'ref: x\n',
      ...more,
    },
    name,
  )
}

/** A published chart, packed from such a folder. */
export async function packedChart(
  more: Readonly<Record<string, MemoryFile>> = {},
  options: Readonly<Record<string, unknown>> = {},
): Promise<Artifact> {
  return artifactOf(await packChart(chartFolder(more), kindContext({ options })))
}

export interface TarFile {
  readonly path: string
  readonly content?: string
  readonly type?: 'file' | 'link' | 'hardlink' | 'folder' | 'character'
  readonly target?: string
}

/** A chart archive with exactly these entries. */
export async function tgz(files: readonly TarFile[]): Promise<Uint8Array> {
  const entries = files.map(({ path, content = '', type = 'file', target }) => ({
    path,
    type,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: type === 'file' ? bytesOf(content).length : 0,
    open: opened(content),
    ...(target === undefined ? {} : { target }),
  }))
  return gzipSync(await readAll(writeTar(entries)))
}

/** An archive of one chart, the provenance file for it, and the keyring that fits; each call makes a key of its own. */
export async function signedArchive(): Promise<{
  readonly file: string
  readonly bytes: Uint8Array
  readonly provenance: string
  readonly keyring: Uint8Array
}> {
  const file = 'web-1.2.0+build.5.tgz'
  const bytes = await tgz([
    { path: 'web/Chart.yaml', content: webYaml },
    { path: 'web/values.yaml', content: 'replicas: 1\n' },
  ])
  const key = await generateKey({
    userIDs: [{ name: 'Ann', email: 'ann@example.test' }],
    type: 'ecc',
    format: 'object',
  })
  const text = `${webYaml}\n...\nfiles:\n  ${file}: ${digestOf(bytes)}\n`
  const message = await createCleartextMessage({ text })
  const provenance = await sign({ message, signingKeys: key.privateKey })
  return { file, bytes, provenance, keyring: key.publicKey.write() }
}

/** The same as a source with its provenance beside it, and as a published chart. */
export async function signedChart(): Promise<{
  readonly source: Source
  readonly artifact: Artifact
  readonly keyring: Uint8Array
  readonly provenance: string
}> {
  const { file, bytes, provenance, keyring } = await signedArchive()
  const source: Source = {
    ...memoryFile(file, bytes),
    stat: async () => ({ path: '', kind: 'file', size: bytes.length, mtime: 1_700_000_000.5 }),
    beside: async (suffix) => memoryFile(file + suffix, provenance),
  }
  const artifact = await artifactOf(await packChart(source, kindContext()))
  return { source, artifact, provenance, keyring }
}
