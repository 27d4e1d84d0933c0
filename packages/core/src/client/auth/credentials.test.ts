import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '@ocish/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CredentialOptions } from './find-credential.ts'
import { findCredential, listCredentials } from './find-credential.ts'
import { eraseCredential, storeCredential } from './credential-store.ts'
import { normalizedKey } from './docker-config.ts'

const auth = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString('base64')

interface Home extends CredentialOptions {
  readonly warnings: readonly string[]
  write(path: string, body: unknown): Promise<string>
  program(name: string, script: string): Promise<void>
  readonly calls: () => Promise<readonly string[]>
}

/** A home folder with its own search path, where helpers are shell scripts that keep a log. */
async function home(env: Readonly<Record<string, string>> = {}): Promise<Home> {
  const folder = await temporaryFolder('ocish-credentials-')
  onTestFinished(() => folder.remove())
  const root = folder.join('home')
  const log = folder.join('calls')
  const programs = folder.join('bin')
  await mkdir(root)
  await mkdir(programs)
  const warnings: string[] = []
  return {
    env: { PATH: `${programs}:/usr/bin:/bin`, XDG_RUNTIME_DIR: folder.join('run'), CALLS: log, ...env },
    home: root,
    platform: 'linux',
    warnings,
    onWarning: (text) => warnings.push(text),
    async write(path, body) {
      const file = path.startsWith('/') ? path : join(root, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, typeof body === 'string' ? body : JSON.stringify(body))
      return file
    },
    async program(name, script) {
      const path = join(programs, `docker-credential-${name}`)
      await writeFile(path, `#!/bin/sh\ninput=$(cat)\necho "$1 $input" >> "$CALLS"\n${script}\n`)
      await chmod(path, 0o755)
    },
    calls: async () =>
      (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
  }
}

const dockerConfig = '.docker/config.json'

describe('a credential', () => {
  it('comes from Docker’s configuration; a password may hold colons', async () => {
    const at = await home()
    await at.write(dockerConfig, { auths: { 'ghcr.io': { auth: auth('alice', 'a:b:c') } } })
    expect(await findCredential('ghcr.io', 'a/b', at)).toStrictEqual({
      username: 'alice',
      password: 'a:b:c',
      source: '~/.docker/config.json',
    })
    expect(await findCredential('quay.io', 'a/b', at)).toBeUndefined()
  })

  it.each(['docker.io', 'index.docker.io', 'registry-1.docker.io'])(
    'of Docker Hub is found as %s',
    async (host) => {
      const at = await home()
      await at.write(dockerConfig, { auths: { 'https://index.docker.io/v1/': { auth: auth('hub', 'x') } } })
      expect(await findCredential(host, 'library/alpine', at)).toMatchObject({ username: 'hub' })
    },
  )

  it('may be an identity token or a registry token', async () => {
    const at = await home()
    const auths = {
      'a.example': { auth: auth('me', ''), identitytoken: 'refresh' },
      'b.example': { registrytoken: 'bearer' },
      'c.example': { auth: auth('<token>', 'refresh') },
    }
    await at.write(dockerConfig, { auths })
    expect(await findCredential('a.example', undefined, at)).toMatchObject({
      identityToken: 'refresh',
      username: 'me',
    })
    expect(await findCredential('b.example', undefined, at)).toMatchObject({ registryToken: 'bearer' })
    expect(await findCredential('c.example', undefined, at)).toMatchObject({ identityToken: 'refresh' })
  })

  it('T23 is matched by the whole host', async () => {
    const at = await home()
    await at.write(dockerConfig, {
      auths: {
        'example.com.evil.org': { auth: auth('evil', 'x') },
        'notexample.com': { auth: auth('evil', 'x') },
        'example.com:5000': { auth: auth('port', 'x') },
        'https://EXAMPLE.org/v2/': { auth: auth('right', 'x') },
      },
    })
    expect(await findCredential('example.com', 'a', at)).toBeUndefined()
    expect(await findCredential('evil.org', 'a', at)).toBeUndefined()
    expect(await findCredential('example.com:5000', 'a', at)).toMatchObject({ username: 'port' })
    expect(await findCredential('example.org', 'a', at)).toMatchObject({ username: 'right' })
  })

  it('is the most specific one that fits', async () => {
    const at = await home()
    await at.write(dockerConfig, {
      auths: {
        'host.example': { auth: auth('host', 'x') },
        'host.example/a': { auth: auth('a', 'x') },
        'host.example/a/b': { auth: auth('ab', 'x') },
      },
    })
    const user = async (repository?: string): Promise<unknown> => {
      const found = await findCredential('host.example', repository, at)
      return found !== undefined && 'username' in found ? found.username : undefined
    }
    expect(await Promise.all([user('a/b/c'), user('a/bc'), user('ab'), user()])).toStrictEqual([
      'ab',
      'a',
      'host',
      'host',
    ])
  })

  it('comes from the files in the order of podman, and REGISTRY_AUTH_FILE alone when it is set', async () => {
    const at = await home()
    const entry = (name: string): unknown => ({ auths: { 'h.example': { auth: auth(name, 'x') } } })
    const user = async (env: Readonly<Record<string, string>> = {}): Promise<unknown> => {
      const found = await findCredential('h.example', undefined, { ...at, env: { ...at.env, ...env } })
      return found !== undefined && 'username' in found ? found.username : undefined
    }
    await at.write('.dockercfg', { 'h.example': { auth: auth('legacy', 'x') } })
    expect(await user()).toBe('legacy')
    await at.write(dockerConfig, entry('docker'))
    expect(await user()).toBe('docker')
    await at.write('.config/containers/auth.json', entry('user'))
    expect(await user()).toBe('user')
    await at.write(`${at.env['XDG_RUNTIME_DIR']}/containers/auth.json`, entry('session'))
    expect(await user()).toBe('session')
    expect(await user({ DOCKER_CONFIG: join(at.home, '.docker') })).toBe('docker')
    expect(await user({ DOCKER_AUTH_CONFIG: JSON.stringify(entry('variable')) })).toBe('variable')
    const only = await at.write('only.json', entry('only'))
    expect(
      await user({ REGISTRY_AUTH_FILE: only, DOCKER_AUTH_CONFIG: JSON.stringify(entry('variable')) }),
    ).toBe('only')
    expect(await user({ REGISTRY_AUTH_FILE: join(at.home, 'missing.json') })).toBeUndefined()
  })

  it('that cannot be read is left out with a warning that does not show it', async () => {
    const at = await home()
    await at.write(dockerConfig, { auths: { 'h.example': { auth: '!!secret!!' }, 'other.example': 7 } })
    expect(await findCredential('h.example', undefined, at)).toBeUndefined()
    expect(at.warnings).toHaveLength(1)
    expect(at.warnings.join()).not.toContain('secret')
  })

  it('in a file that is no JSON is an error that names the file', async () => {
    const at = await home()
    await at.write(dockerConfig, '{"auths":')
    await expect(findCredential('h.example', undefined, at)).toFailWith('CREDENTIALS_INVALID')
  })

  it.each([
    ['https://index.docker.io/v1/', 'docker.io'],
    ['registry-1.docker.io', 'docker.io'],
    ['http://Host.Example/v2/', 'host.example'],
    ['https://host.example/some/path', 'host.example'],
    ['host.example/team/', 'host.example/team'],
    ['host.example:5000', 'host.example:5000'],
  ])('has the key %s for %s', (key, normal) => {
    expect(normalizedKey(key)).toBe(normal)
  })
})

describe('a credential helper', () => {
  it('of the host comes before the one for all, and is asked with Docker’s key', async () => {
    const at = await home()
    await at.program(
      'own',
      'echo \'{"ServerURL":"https://index.docker.io/v1/","Username":"me","Secret":"s"}\'',
    )
    await at.program('all', 'echo \'{"Username":"<token>","Secret":"refresh"}\'')
    await at.write(dockerConfig, {
      credsStore: 'all',
      credHelpers: { 'docker.io': 'own' },
      auths: { 'quay.io': {} },
    })
    expect(await findCredential('docker.io', undefined, at)).toMatchObject({ username: 'me', password: 's' })
    const quay = await findCredential('quay.io', undefined, at)
    expect(quay).toMatchObject({ identityToken: 'refresh' })
    expect(quay?.source).toBe('docker-credential-all (named in ~/.docker/config.json)')
    expect(await at.calls()).toStrictEqual(['get https://index.docker.io/v1/', 'get quay.io'])
  })

  it('that knows nothing leaves the file’s own entry', async () => {
    const at = await home()
    await at.program('all', 'echo "credentials not found in native keychain"; exit 1')
    await at.write(dockerConfig, { credsStore: 'all', auths: { 'quay.io': { auth: auth('file', 'x') } } })
    expect(await findCredential('quay.io', undefined, at)).toMatchObject({ username: 'file' })
  })

  it('T22 that fails for a host ends there: nothing of another one is tried', async () => {
    const at = await home()
    await at.program('broken', 'echo "the keychain is locked"; exit 1')
    const auths = { 'https://index.docker.io/v1/': { auth: auth('hub', 'hub-secret') } }
    await at.write(dockerConfig, { credHelpers: { 'private.example': 'broken' }, auths })
    await expect(findCredential('private.example', undefined, at)).toFailWith('CREDENTIAL_HELPER_FAILED')
  })

  it('T23 is asked for the whole host that it is named for, and for no other', async () => {
    const at = await home()
    await at.program('one', 'echo \'{"Username":"me","Secret":"s"}\'')
    await at.write(dockerConfig, {
      credHelpers: { 'example.com.evil.org': 'one', 'my.example.com:5000': 'one' },
    })
    for (const host of ['example.com', 'evil.org', 'my.example.com', 'my.example.com:500'])
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await findCredential(host, undefined, at)).toBeUndefined()
    expect(await at.calls()).toStrictEqual([])
    expect(await findCredential('my.example.com:5000', undefined, at)).toMatchObject({ username: 'me' })
  })

  it('T22 that answers for another host has answered nothing', async () => {
    const at = await home()
    await at.program(
      'odd',
      'echo \'{"ServerURL":"https://index.docker.io/v1/","Username":"hub","Secret":"s"}\'',
    )
    await at.write(dockerConfig, { credHelpers: { 'private.example': 'odd' } })
    expect(await findCredential('private.example', undefined, at)).toBeUndefined()
  })

  it('that is not installed is an error where it is meant, a warning where nobody signed in', async () => {
    const at = await home()
    await at.write(dockerConfig, { credsStore: 'missing', credHelpers: { 'own.example': 'gone' } })
    await expect(findCredential('own.example', undefined, at)).toFailWith('CREDENTIAL_HELPER_FAILED')
    expect(await findCredential('public.example', undefined, at)).toBeUndefined()
    expect(at.warnings.join()).toContain('docker-credential-missing')
  })

  it.each(['../../bin/sh', 'a/b', '', '-x'])('cannot be the path %j', async (name) => {
    const at = await home()
    await at.write(dockerConfig, { credHelpers: { 'own.example': name || ' ' } })
    await expect(findCredential('own.example', undefined, at)).toFailWith('CREDENTIAL_HELPER_FAILED')
  })

  it('that hangs is left when the caller gives up', async () => {
    const at = await home()
    await at.program('slow', 'exec sleep 60')
    await at.write(dockerConfig, { credHelpers: { 'own.example': 'slow' } })
    const abort = new AbortController()
    const waiting = findCredential('own.example', undefined, { ...at, signal: abort.signal })
    setImmediate(() => abort.abort())
    await expect(waiting).rejects.toThrow(/abort/)
  })
})

describe('storing', () => {
  it('writes Docker’s configuration with mode 0600, and erasing takes it out again', async () => {
    const at = await home()
    expect(await storeCredential('ghcr.io', { username: 'me', password: 'p:w' }, at)).toStrictEqual({
      source: '~/.docker/config.json',
      plain: true,
    })
    const file = join(at.home, dockerConfig)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await findCredential('ghcr.io', undefined, at)).toMatchObject({ username: 'me', password: 'p:w' })
    expect(await eraseCredential('ghcr.io', at)).toStrictEqual(['~/.docker/config.json'])
    expect(await findCredential('ghcr.io', undefined, at)).toBeUndefined()
    expect(await eraseCredential('ghcr.io', at)).toStrictEqual([])
    expect(await readdir(dirname(file))).toStrictEqual(['config.json'])
  })

  it('keeps what it does not know, and the link to the real file', async () => {
    const at = await home()
    const body = {
      proxies: { default: { httpProxy: 'x' } },
      auths: { 'old.example': { auth: auth('o', 'x'), email: 'e' } },
    }
    const real = await at.write('dotfiles/docker.json', body)
    await mkdir(join(at.home, '.docker'))
    await symlink(real, join(at.home, dockerConfig))
    await chmod(real, 0o644)
    await storeCredential('new.example', { identityToken: 'refresh' }, at)
    const written = JSON.parse(await readFile(real, 'utf8')) as typeof body
    expect(written).toMatchObject(body)
    expect((await stat(real)).mode & 0o777).toBe(0o600)
    expect(await findCredential('new.example', undefined, at)).toMatchObject({ identityToken: 'refresh' })
  })

  it('replaces the entry in the file that has it, under its old key', async () => {
    const at = await home()
    const session = `${at.env['XDG_RUNTIME_DIR']}/containers/auth.json`
    await at.write(session, {
      auths: {
        'https://index.docker.io/v1/': { auth: auth('old', 'x') },
        'docker.io': { auth: auth('older', 'x') },
      },
    })
    await storeCredential('docker.io', { username: 'new', password: 'x' }, at)
    const written = JSON.parse(await readFile(session, 'utf8')) as { auths: object }
    expect(Object.keys(written.auths)).toStrictEqual(['https://index.docker.io/v1/'])
    expect(await findCredential('docker.io', undefined, at)).toMatchObject({ username: 'new' })
  })

  it('goes to REGISTRY_AUTH_FILE when it is set', async () => {
    const at = await home()
    const file = join(at.home, 'auth.json')
    const env = { ...at.env, REGISTRY_AUTH_FILE: file }
    await storeCredential('ghcr.io', { username: 'me', password: 'x' }, { ...at, env })
    expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('auths')
  })

  it('goes to the helper that the file names, and only a mark to the file', async () => {
    const at = await home()
    await at.program('all', 'exit 0')
    const file = await at.write(dockerConfig, { credsStore: 'all' })
    const stored = await storeCredential('ghcr.io', { username: 'me', password: 's"x' }, at)
    expect(stored.plain).toBe(false)
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ auths: { 'ghcr.io': {} } })
    expect(await readFile(file, 'utf8')).not.toContain(auth('me', 's"x'))
    expect(await eraseCredential('ghcr.io', at)).toHaveLength(1)
    const [store, erase] = await at.calls()
    expect(JSON.parse((store ?? '').replace('store ', ''))).toStrictEqual({
      ServerURL: 'ghcr.io',
      Username: 'me',
      Secret: 's"x',
    })
    expect(erase).toBe('erase ghcr.io')
  })

  it('can name a helper for the host', async () => {
    const at = await home()
    await at.program('mine', 'exit 0')
    await storeCredential('ghcr.io', { username: 'me', password: 'x' }, { ...at, helper: 'mine' })
    const body = JSON.parse(await readFile(join(at.home, dockerConfig), 'utf8')) as object
    expect(body).toMatchObject({ credHelpers: { 'ghcr.io': 'mine' }, auths: { 'ghcr.io': {} } })
  })

  it('lists every host once, without secrets', async () => {
    const at = await home()
    await at.program('all', 'echo \'{"https://quay.io":"robot","https://index.docker.io/v1/":"<token>"}\'')
    await at.write(dockerConfig, {
      credsStore: 'all',
      auths: {
        'ghcr.io': { auth: auth('me', 'topsecret') },
        'quay.io': {},
        'h.example/team': { auth: auth('team', 'x') },
      },
    })
    const known = await listCredentials(at)
    expect(known.map(({ host, username }) => [host, username])).toStrictEqual([
      ['docker.io', undefined],
      ['ghcr.io', 'me'],
      ['h.example/team', 'team'],
      ['quay.io', 'robot'],
    ])
    expect(JSON.stringify(known)).not.toContain('topsecret')
  })
})
