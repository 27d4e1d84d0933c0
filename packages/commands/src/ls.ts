import { globMatch } from '@ocish/core'
import { hasCode, OcishError } from '@ocish/sdk'
import type { Call, Row } from '@ocish/shell'
import { isSet, textArgs, textFlag } from './call-values.ts'
import { expandRefs, nothingFits, repositoriesIn, splitPattern } from './expand-refs.ts'
import { isDigestTag } from './hidden-tags.ts'
import { type InnerEntry, innerEntries } from './inner-entries.ts'
import { locationEntries } from './location-entries.ts'
import { missingRepository } from './missing-repository.ts'
import { hasGlob, literalPrefix } from './name-glob.ts'
import { openArtifact, readManifest, readSingle, type Named, type ReadManifest } from './open-artifact.ts'
import { outerName } from './outer-name.ts'
import type { Opened, Services } from './services.ts'
import { tagRows } from './tag-rows.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const locations = textArgs(call, 'location')
  if (locations.length === 0) yield* registries(services)
  for (const text of locations) yield* listed(text, call, services)
}

async function* registries(services: Services): AsyncGenerator<Row, void> {
  const known = await services.registries()
  if (known.length === 0)
    services.note('no registry is known yet: login HOST signs in to one, and ls HOST lists any')
  for (const { host, user, default: isDefault } of known) {
    yield { host, ...(user === undefined ? {} : { user }), default: isDefault }
  }
}

/** Decides the level: a host or namespace, a repository, an artifact, or what is inside one. */
async function* listed(text: string, call: Call, services: Services): AsyncGenerator<Row, void> {
  if (hasGlob(text)) {
    yield* globbed(text, call, services)
    return
  }
  const location = services.locate(text)
  if (location.scheme === 'kind') {
    yield* entryRows(locationEntries(location, call, services), text, location.inner ?? '')
    return
  }
  const named =
    location.scheme !== 'path' &&
    location.scheme !== 'stdio' &&
    (location.tag ?? location.digest) !== undefined
  if (named || ('inner' in location && location.inner !== undefined)) {
    yield* entries(await openArtifact(location, services, call.signal), call, services)
  } else if (location.scheme === 'registry' || location.scheme === 'cache') {
    const whole = location.repository === undefined || text.endsWith('/')
    yield* whole ? repositories(text, services, call) : repositoryOrNamespace(text, call, services)
  } else {
    yield* tags(await services.open(location, 'read'), call, services)
  }
}

async function* repositories(text: string, services: Services, call: Call): AsyncGenerator<Row, void> {
  yield* repositoriesIn(await services.openRegistry(text), call.signal)
}

/** `host/team` may be either: what has tags is a repository, anything else a namespace. */
async function* repositoryOrNamespace(
  text: string,
  call: Call,
  services: Services,
): AsyncGenerator<Row, void> {
  let found = false
  let missing: unknown
  let opened: Opened | undefined
  try {
    opened = await services.open(text, 'read')
    for await (const row of tags(opened, call, services)) {
      found = true
      yield row
    }
  } catch (error) {
    if (found || !hasCode(error, 'REPOSITORY_NOT_FOUND', 'REGISTRY_DENIED')) throw error
    missing = error
  }
  if (found) return
  try {
    for await (const row of repositories(text, services, call)) {
      found = true
      yield row
    }
  } catch (error) {
    // A registry without a catalog: what the repository said counts.
    throw missing ?? error
  }
  if (found || missing === undefined) return
  throw opened === undefined ? missing : await missingRepository(missing, opened, call.signal)
}

async function* tags(
  opened: Opened,
  call: Call,
  services: Services,
  keep: (tag: string) => boolean = () => true,
): AsyncGenerator<Row, void> {
  const kind = textFlag(call, 'kind')
  const all = isSet(call, 'all')
  const names = async function* names(): AsyncGenerator<string, void> {
    for await (const tag of opened.registry.tags(opened.repository, { signal: call.signal })) {
      if ((all || !isDigestTag(tag)) && keep(tag)) yield tag
    }
  }
  yield* tagRows(opened, names(), call, services, kind === undefined ? {} : { kind })
}

/** `host/team/*` over repositories, `repo:1.*` over tags. */
async function* globbed(text: string, call: Call, services: Services): AsyncGenerator<Row, void> {
  const { repository, tag } = splitPattern(text)
  let found = false
  for await (const row of globRows(repository, tag, call, services)) {
    found = true
    yield row
  }
  if (!found) throw nothingFits(text)
}

async function* globRows(
  repository: string,
  tag: string | undefined,
  call: Call,
  services: Services,
): AsyncGenerator<Row, void> {
  if (tag === undefined) {
    const opened = await services.openRegistry(literalPrefix(repository))
    yield* repositoriesIn(opened, call.signal, (name) => globMatch(repository, name))
    return
  }
  for (const one of await expandRefs([repository], services, call.signal)) {
    yield* tags(await services.open(one, 'read'), call, services, (name) => globMatch(tag, name))
  }
}

async function* entries(artifact: Named, call: Call, services: Services): AsyncGenerator<Row, void> {
  if (artifact.inner === undefined) {
    yield* partRows(artifact, await readManifest(artifact, services, call.signal))
    return
  }
  const read = await readSingle(artifact, services, call.signal)
  yield* entryRows(innerEntries(artifact, read, call, services), artifact.location.text, artifact.inner)
}

/** What lies at a path or below it. Errors: PATH_NOT_FOUND. */
async function* entryRows(
  all: AsyncIterable<InnerEntry>,
  text: string,
  inner: string,
): AsyncGenerator<Row, void> {
  const base = outerName(text)
  const inside = inner.replace(/^\/+|\/+$/g, '')
  let found = inside === ''
  for await (const entry of all) {
    if (inside !== '' && entry.path !== inside && !entry.path.startsWith(`${inside}/`)) continue
    found = true
    const { path, kind, size, digest, mediaType, mode } = entry
    yield {
      ref: `${base}//${path}`,
      path,
      kind,
      size,
      ...(digest === undefined ? {} : { digest }),
      ...(mediaType === undefined ? {} : { mediaType }),
      ...(mode === undefined ? {} : { mode: mode.toString(8).padStart(4, '0') }),
    }
  }
  if (!found)
    throw new OcishError('PATH_NOT_FOUND', `nothing at ${inside} in ${base}`, { hint: `Run ls ${base}//.` })
}

function* partRows(artifact: Named, { manifest }: ReadManifest): Generator<Row, void> {
  const parts =
    manifest.form === 'index'
      ? manifest.manifests.map((part) => ({ part, kind: 'manifest' }))
      : manifest.form === 'artifact'
        ? manifest.blobs.map((part) => ({ part, kind: 'layer' }))
        : [
            { part: manifest.config, kind: 'config' },
            ...manifest.layers.map((part) => ({ part, kind: 'layer' })),
          ]
  for (const { part, kind } of parts) {
    const { digest, size, mediaType, annotations, platform } = part
    const named =
      annotations?.['org.opencontainers.image.title'] ??
      (platform && `${platform.os}/${platform.architecture}`)
    yield { ref: `${artifact.display}@${digest}`, path: named ?? '', kind, size, digest, mediaType }
  }
}
