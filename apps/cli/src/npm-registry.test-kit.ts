import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, realpath } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'

type PackageJson = Readonly<Record<string, unknown>> & { readonly name: string; readonly version: string }

interface Known {
  readonly manifest: PackageJson
  /** A folder that is packed when it is asked for, or an archive. */
  readonly at: string
}

export interface NpmRegistry extends AsyncDisposable {
  readonly url: string
  /** Offers an archive that `npm pack` has made. */
  publish(manifest: PackageJson, archive: string): void
}

/** A small npm registry on loopback that offers what is installed in this checkout, and what is published to it. */
export async function npmRegistry(modules: string): Promise<NpmRegistry> {
  const packages = new Map<string, Map<string, Known>>()
  const publish = (manifest: PackageJson, at: string): void => {
    const versions = packages.get(manifest.name) ?? new Map<string, Known>()
    packages.set(manifest.name, versions.set(manifest.version, { manifest, at }))
  }
  for (const folder of await installed(modules)) {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageJson
    publish(manifest, folder)
  }
  const server = createServer((request, response) => {
    const [name = '', version] = decodeURIComponent(request.url ?? '')
      .slice(1)
      .split('/-/')
    const versions = packages.get(name)
    const known = version === undefined ? undefined : versions?.get(version.replace(/\.tgz$/, ''))
    if (known !== undefined) void sendArchive(known.at, response)
    else if (versions !== undefined && version === undefined) sendDocument(name, versions, server, response)
    else response.writeHead(404).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: urlOf(server),
    publish,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The folders of all packages in pnpm's store of a checkout. */
async function installed(modules: string): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const entry of await readdir(modules)) {
    const inner = join(modules, entry, 'node_modules')
    for (const name of await readdir(inner).catch(() => [])) {
      const scoped = name.startsWith('@') ? await readdir(join(inner, name)) : ['']
      for (const own of scoped) found.add(await realpath(join(inner, name, own)))
    }
  }
  return [...found].filter((folder) => folder.startsWith(modules))
}

function sendDocument(
  name: string,
  versions: ReadonlyMap<string, Known>,
  server: Server,
  response: ServerResponse,
): void {
  const url = urlOf(server)
  const entries = [...versions].map(([version, { manifest }]) => {
    const { scripts: _scripts, devDependencies: _development, ...rest } = manifest
    return [version, { ...rest, dist: { tarball: `${url}/${name}/-/${version}.tgz` } }]
  })
  const latest = [...versions.keys()].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(entries) }))
}

async function sendArchive(at: string, response: ServerResponse): Promise<void> {
  if (at.endsWith('.tgz')) {
    response.end(await readFile(at))
    return
  }
  const tar = spawn(
    'tar',
    ['-cz', '--hard-dereference', '--exclude=node_modules', '-C', dirname(at), basename(at)],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  tar.stdout.pipe(response)
}
