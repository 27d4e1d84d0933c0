import {
  type Descriptor,
  isJsonObject,
  OcishError,
  oci,
  parseDescriptor,
  parseDigest,
  parseJson,
  parseMediaType,
} from '@ocish/sdk'
import type { ListOptions } from '../registry.ts'
import type { Answer } from './answer.ts'
import { repositoryScope } from './auth/scope.ts'
import { pages } from './pages.ts'
import type { Remote } from './remote.ts'
import { parseWireErrors } from './wire-error.ts'

/** Answers that say "there is no such API here" (specs/distribution.md 1.7). */
const withoutApi = [400, 404, 405, 501]

/** GET of the referrers (end-12), filtered here where the registry did not. Errors: UNSUPPORTED. */
export async function* referrers(
  remote: Remote,
  repository: string,
  subject: string,
  options: ListOptions & { readonly artifactType?: string } = {},
): AsyncGenerator<Descriptor> {
  parseDigest(subject)
  const { artifactType } = options
  const seen = new Set<string>()
  const list = pages(remote, {
    url: remote.url(repository, `referrers/${subject}`, { artifactType }),
    scopes: [repositoryScope(remote.path(repository), 'pull')],
    accept: oci.index,
    subject: remote.subject('referrers', 'GET', repository, subject),
    options,
    refused: withoutApi,
    onRefused: (answer, body) => refuse(remote, answer, body),
  })
  for await (const { answer, body, next, count } of list) {
    const found = readIndex(remote, answer, body)
    const fresh = found.filter(({ digest }) => !seen.has(digest))
    if (next && fresh.length === 0) {
      throw new OcishError('REGISTRY_PROTOCOL', `${remote.host} repeats a page of referrers of ${subject}`)
    }
    for (const { digest } of fresh) seen.add(digest)
    options.onPage?.(count(found.length))
    const filtered = answer
      .all('oci-filters-applied')
      .some((line) => line.split(',').some((name) => name.trim() === 'artifactType'))
    yield* artifactType === undefined || filtered
      ? fresh
      : fresh.filter((entry) => entry.artifactType === artifactType)
  }
}

/** A repository that does not exist has no referrers; everything else here means that the API is missing. */
function refuse(remote: Remote, answer: Answer, body: Uint8Array): void {
  if (answer.status === 404 && parseWireErrors(body).some(({ code }) => code === 'NAME_UNKNOWN')) return
  throw unsupported(remote)
}

function readIndex(remote: Remote, answer: Answer, body: Uint8Array): readonly Descriptor[] {
  if (parseMediaType(answer.first('content-type') ?? '')?.essence !== oci.index) throw unsupported(remote)
  const parsed = parseJson(body, { what: 'the list of referrers', code: 'REGISTRY_PROTOCOL' })
  const manifests = isJsonObject(parsed) ? (parsed['manifests'] ?? []) : undefined
  if (!Array.isArray(manifests))
    throw new OcishError('REGISTRY_PROTOCOL', 'the list of referrers is no index')
  return manifests.map((entry, at) => parseDescriptor(entry, `manifests[${at}]`))
}

function unsupported(remote: Remote): OcishError {
  return new OcishError('UNSUPPORTED', `${remote.host} has no referrers API`)
}
