import { fields } from './fields.ts'
import { parseImage } from './image.ts'
import { schemaVersion, type RunConfig } from './model.ts'

/** A statement about one field of a configuration; the line is found later. */
export interface Remark {
  readonly severity: 'error' | 'warning' | 'info'
  readonly code: string
  readonly path: string
  readonly message: string
  readonly hint?: string
}

const transports = fields.transport.enum ?? []
const proxyModes = fields.proxy_mode.enum ?? []
const goDuration = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/
const portMapping = /^(?:(?:[\d.]+|\[[\da-f:]+\]):)?(\d+):(\d+)(?:\/(?:tcp|udp))?$/i

/** What is wrong or unwise in a configuration whose types are right (specs/runconfig.md §2, §4). */
export function remarks(config: RunConfig): readonly Remark[] {
  return [...version(config), ...identity(config), ...reach(config), ...lists(config), ...deprecated(config)]
}

function* version({ schema_version: given = '' }: RunConfig): Generator<Remark> {
  if (given === '' || given === schemaVersion) return
  const known = /^v\d+\.\d+\.\d+$/.test(given)
  yield {
    severity: known ? 'warning' : 'error',
    code: 'SCHEMA_VERSION_UNKNOWN',
    path: 'schema_version',
    message: known ? `version ${given} is not known here` : 'not a version of the format',
    hint: `Write ${schemaVersion}.`,
  }
}

function* identity({ name = '', image = '', remote_url: remote = '' }: RunConfig): Generator<Remark> {
  if (name === '') yield error('NAME_MISSING', 'name', 'the workload has no name', 'Give it a name.')
  else if (!/^[A-Za-z0-9._-]{1,100}$/.test(name)) {
    yield error('NAME_INVALID', 'name', 'a name has up to 100 letters, digits, ".", "_" and "-"')
  }
  if (image === '' && remote === '') {
    yield error('SERVER_MISSING', 'image', 'neither image nor remote_url: there is nothing to run')
  }
  if (image !== '' && remote !== '') {
    yield warning(
      'SERVER_AMBIGUOUS',
      'remote_url',
      'both image and remote_url are given',
      'Keep one of them.',
    )
  }
  if (remote !== '' && !isWebAddress(remote))
    yield error('URL_INVALID', 'remote_url', 'not an http or https address')
  if (image === '' || image.includes('://')) return
  const parsed = parseImage(image)
  if (parsed === undefined) yield error('IMAGE_INVALID', 'image', 'not a reference to an image')
  else if (parsed.digest === undefined) {
    const hint = 'Publish with --pin, or write the image as IMAGE:TAG@sha256:….'
    yield warning('IMAGE_NOT_PINNED', 'image', 'a tag can be moved: what runs can change', hint)
  }
}

function* reach(config: RunConfig): Generator<Remark> {
  const { transport = '', proxy_mode: mode = '', session_ttl: ttl = '' } = config
  if (transport === '' && (config.image ?? '') !== '') {
    yield warning(
      'TRANSPORT_MISSING',
      'transport',
      'no transport is given',
      `Write one of ${transports.join(', ')}.`,
    )
  } else if (transport !== '' && !transports.includes(transport)) {
    const hint = `Write one of ${transports.join(', ')}.`
    yield error('TRANSPORT_INVALID', 'transport', 'not a transport ToolHive knows', hint)
  }
  if (mode !== '' && !proxyModes.includes(mode)) {
    yield warning(
      'PROXY_MODE_INVALID',
      'proxy_mode',
      'not a proxy mode ToolHive knows',
      `Write ${proxyModes.join(' or ')}.`,
    )
  }
  for (const name of ['port', 'target_port'] as const) {
    const port = config[name] ?? 0
    if (port < 0 || port > 65_535) yield error('PORT_INVALID', name, 'a port is a number from 0 to 65535')
  }
  if (ttl !== '' && !goDuration.test(ttl)) {
    yield error('DURATION_INVALID', 'session_ttl', 'not a duration', 'Write it as 90s, 30m or 1h30m.')
  }
}

function* lists(config: RunConfig): Generator<Remark> {
  for (const [at, mapping] of (config.publish ?? []).entries()) {
    const ports = portMapping.exec(mapping)?.slice(1) ?? []
    if (ports.length === 0 || ports.some((port) => Number(port) < 1 || Number(port) > 65_535)) {
      yield error(
        'PUBLISH_INVALID',
        `publish[${at}]`,
        'a published port has the form HOST_PORT:CONTAINER_PORT',
      )
    }
  }
  for (const [at, volume] of (config.volumes ?? []).entries()) {
    const path = `volumes[${at}]`
    if (!/:\/[^:]*(?::[a-zA-Z,]+)?$/.test(volume)) {
      yield error('VOLUME_INVALID', path, 'a volume has the form HOST_PATH:/CONTAINER_PATH[:ro]')
    } else if (volume.startsWith(':')) {
      yield warning('VOLUME_BLANK', path, 'the host side was left out', 'Fill in a folder of this machine.')
    }
  }
  for (const name of ['validating_webhooks', 'mutating_webhooks'] as const) {
    for (const [at, hook] of (config[name] ?? []).entries()) yield* webhook(hook, `${name}[${at}]`)
  }
}

function* webhook(hook: unknown, path: string): Generator<Remark> {
  const { url, failure_policy: policy } = Object(hook) as Readonly<Record<string, unknown>>
  if (typeof url !== 'string' || !isWebAddress(url)) {
    yield error('URL_INVALID', `${path}.url`, 'not an http or https address')
  }
  if (typeof policy === 'string' && policy !== '' && policy !== 'fail' && policy !== 'ignore') {
    yield error('FAILURE_POLICY_INVALID', `${path}.failure_policy`, 'a failure policy is fail or ignore')
  }
}

const replacements: Readonly<Partial<Record<keyof RunConfig, string>>> = {
  env_file_dir: 'env_vars and secrets',
  oidc_config: 'middleware settings of ToolHive',
  authz_config_path: 'authz_config',
  audit_config_path: 'audit_config',
  thv_ca_bundle: 'settings of ToolHive itself',
  jwks_auth_token_file: 'settings of ToolHive itself',
}

function* deprecated(config: RunConfig): Generator<Remark> {
  for (const [name, instead] of Object.entries(replacements)) {
    if (!config[name as keyof RunConfig]) continue
    const message = 'ToolHive keeps this field for old files only'
    yield { severity: 'info', code: 'FIELD_DEPRECATED', path: name, message, hint: `Use ${instead}.` }
  }
}

function isWebAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '')
}

function error(code: string, path: string, message: string, hint?: string): Remark {
  return { severity: 'error', code, path, message, ...(hint === undefined ? {} : { hint }) }
}

function warning(code: string, path: string, message: string, hint?: string): Remark {
  return { ...error(code, path, message, hint), severity: 'warning' }
}
