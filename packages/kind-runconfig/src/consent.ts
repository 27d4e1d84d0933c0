import { formatPath } from './paths.ts'
import { parseImage } from './image.ts'
import type { JsonValue, RunConfig } from './model.ts'

/** Something a person should know before running a configuration that someone else wrote (specs/runconfig.md §3.3). */
export interface ConsentItem {
  readonly path: string
  readonly code: string
  /** `danger`: gives up the isolation of the server; `notice`: reaches outside it. */
  readonly level: 'danger' | 'notice'
  readonly message: string
}

/** What a configuration asks for, most dangerous first. */
export function consentItems(config: RunConfig): readonly ConsentItem[] {
  const items = [
    ...permissions(config),
    ...network(config),
    ...mounts(config),
    ...server(config),
    ...webhooks(config),
  ]
  return items.toSorted((a, b) => Number(b.level === 'danger') - Number(a.level === 'danger'))
}

/** One line for people; what gives up the isolation says so first. */
export function consentLine({ path, level, message }: ConsentItem): string {
  return level === 'danger' ? `danger: ${path}: ${message}` : `${path}: ${message}`
}

/** What was left out when it was published, and has to be filled in before it can run. */
export function blanks(config: RunConfig): readonly string[] {
  const variables = Object.entries(config.env_vars ?? {}).filter(([, value]) => value === '')
  const volumes = (config.volumes ?? []).flatMap((volume, at) =>
    volume.startsWith(':') ? [`volumes[${at}]`] : [],
  )
  return [...variables.map(([name]) => formatPath(['env_vars', name])), ...volumes]
}

function* permissions({ permission_profile: profile }: RunConfig): Generator<ConsentItem> {
  const at = 'permission_profile'
  if (profile?.privileged === true) {
    yield danger(
      `${at}.privileged`,
      'CONSENT_PRIVILEGED',
      'the container runs privileged: it can do what the host can',
    )
  }
  if (profile?.network?.mode === 'host') {
    yield danger(`${at}.network.mode`, 'CONSENT_HOST_NETWORK', 'the container uses the network of the host')
  }
  if (profile?.network?.outbound?.insecure_allow_all === true) {
    const path = `${at}.network.outbound.insecure_allow_all`
    yield danger(path, 'CONSENT_ALLOW_ALL', 'the server may connect to any host')
  }
  for (const [index, mount] of (profile?.write ?? []).entries()) {
    yield danger(`${at}.write[${index}]`, 'CONSENT_WRITE', `the server may write ${mount}`)
  }
  for (const [index, mount] of (profile?.read ?? []).entries()) {
    yield notice(`${at}.read[${index}]`, 'CONSENT_READ', `the server may read ${mount}`)
  }
}

function* network(config: RunConfig): Generator<ConsentItem> {
  // Go leaves out a false: absent is the same.
  if ((config.image ?? '') !== '' && config.isolate_network !== true) {
    yield notice('isolate_network', 'CONSENT_NOT_ISOLATED', 'the network of the container is not isolated')
  }
  if (config.allow_docker_gateway === true) {
    yield danger(
      'allow_docker_gateway',
      'CONSENT_DOCKER_GATEWAY',
      'the server may reach services of the host',
    )
  }
  const host = config.host ?? ''
  if (host !== '' && !/^(?:127\.|localhost$|\[?::1\]?$)/.test(host)) {
    yield notice('host', 'CONSENT_LISTENS', `the proxy listens on ${host}, which others may reach`)
  }
  for (const [index, port] of (config.publish ?? []).entries()) {
    yield notice(`publish[${index}]`, 'CONSENT_PUBLISH', `the port ${port} is opened on the host`)
  }
}

function* mounts(config: RunConfig): Generator<ConsentItem> {
  for (const [index, volume] of (config.volumes ?? []).entries()) {
    const item = volume.endsWith(':ro') ? notice : danger
    yield item(`volumes[${index}]`, 'CONSENT_VOLUME', `a folder of the host is mounted: ${volume}`)
  }
}

function* server(config: RunConfig): Generator<ConsentItem> {
  const image = config.image ?? ''
  if (image !== '' && parseImage(image)?.digest === undefined) {
    const message = `the image ${image} is not pinned by digest: what runs can change`
    yield notice('image', 'CONSENT_IMAGE_NOT_PINNED', message)
  }
  if (config.remote_url !== undefined && config.remote_url !== '') {
    yield notice('remote_url', 'CONSENT_REMOTE', `the server is remote: ${config.remote_url}`)
  }
}

function* webhooks(config: RunConfig): Generator<ConsentItem> {
  for (const name of ['validating_webhooks', 'mutating_webhooks'] as const) {
    for (const [index, hook] of (config[name] ?? []).entries()) {
      const does = name === 'mutating_webhooks' ? 'sees and changes' : 'sees'
      yield danger(`${name}[${index}]`, 'CONSENT_WEBHOOK', `${urlOf(hook)} ${does} every request`)
    }
  }
}

function urlOf(hook: JsonValue): string {
  const url = typeof hook === 'object' && hook !== null && 'url' in hook ? hook['url'] : undefined
  return typeof url === 'string' && url !== '' ? url : 'a webhook'
}

function danger(path: string, code: string, message: string): ConsentItem {
  return { path, code, level: 'danger', message }
}

function notice(path: string, code: string, message: string): ConsentItem {
  return { path, code, level: 'notice', message }
}
