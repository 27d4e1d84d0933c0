import type { RunConfig } from './model.ts'

/** The JSON shape of a field. `raw` is passed on unseen; `strings-map` is written with sorted keys. */
type FieldType = 'string' | 'integer' | 'boolean' | 'strings' | 'strings-map' | 'object' | 'objects' | 'raw'

/**
 * What happens to a field when a configuration is published (specs/runconfig.md §3.3). Without one it is portable.
 * `secret`: never published, left out. `derived`: computed by ToolHive from other fields, may embed secrets, left out.
 * `reference`: published only as a reference to a secret. `values`: keys stay, values are emptied. `host`: belongs to
 * one machine, left out. `path`: the same, but kept by `--keep-host-paths`.
 * `env`, `arguments`, `volumes`, `labels`, `references`, `profile` name rules of their own (classify.ts).
 */
type Sharing =
  | 'secret'
  | 'derived'
  | 'reference'
  | 'values'
  | 'host'
  | 'path'
  | 'env'
  | 'arguments'
  | 'volumes'
  | 'labels'
  | 'references'
  | 'profile'

export interface FieldSpec {
  readonly type: FieldType
  readonly sharing?: Sharing
  /** Written even when empty: by every ToolHive, by the first one (pull request 1212), or since then. */
  readonly always?: 'both' | 'first' | 'later'
  /** Members that are known; others are kept. */
  readonly fields?: FieldSpecs
  readonly enum?: readonly string[]
  readonly about?: string
}

export type FieldSpecs = Readonly<Record<string, FieldSpec>>

const text: FieldSpec = { type: 'string' }
const integer: FieldSpec = { type: 'integer' }
const flag: FieldSpec = { type: 'boolean' }
const strings: FieldSpec = { type: 'strings' }
const stringsMap: FieldSpec = { type: 'strings-map' }
const object: FieldSpec = { type: 'object' }
const hostText: FieldSpec = { type: 'string', sharing: 'host' }
const path: FieldSpec = { type: 'string', sharing: 'path' }
const secret: FieldSpec = { type: 'string', sharing: 'secret' }
const secretReference: FieldSpec = {
  type: 'string',
  sharing: 'reference',
  about: 'A reference to a secret, NAME,target=VARIABLE.',
}
const secretValues: FieldSpec = { type: 'strings-map', sharing: 'values' }
const webhooks: FieldSpec = {
  type: 'objects',
  fields: {
    name: text,
    url: text,
    timeout: integer,
    failure_policy: { type: 'string', enum: ['fail', 'ignore'] },
    tls_config: { type: 'object', fields: { ca_bundle_path: path } },
    hmac_secret_ref: text,
  },
}

/** specs/runconfig.md §2.4. A key spelled `ClientID` announces the older layout, whose names lack the underscores. */
const remoteAuthFields: FieldSpecs = {
  client_id: text,
  client_secret: secretReference,
  client_secret_file: path,
  scopes: strings,
  skip_browser: flag,
  timeout: integer,
  callback_port: integer,
  use_pkce: flag,
  resource: text,
  issuer: text,
  authorize_url: text,
  token_url: text,
  headers: { type: 'raw', sharing: 'values' },
  env_vars: { type: 'raw', sharing: 'values' },
  oauth_params: secretValues,
  scope_param_name: text,
  bearer_token: secretReference,
  bearer_token_file: path,
  cached_refresh_token_ref: secret,
  cached_token_expiry: secret,
  cached_client_id: secret,
  cached_client_secret_ref: secret,
  cached_secret_expiry: secret,
  cached_reg_token_ref: secret,
  cached_cimd_client_id: secret,
  cached_reg_client_uri: secret,
  cached_token_auth_method: secret,
  cached_dcr_callback_port: { type: 'integer', sharing: 'secret' },
}

/** specs/runconfig.md §2.5. */
const profileFields: FieldSpecs = {
  name: text,
  read: strings,
  write: strings,
  network: {
    type: 'object',
    fields: {
      mode: text,
      outbound: {
        type: 'object',
        fields: { insecure_allow_all: flag, allow_host: strings, allow_port: { type: 'raw' } },
      },
      inbound: { type: 'object', fields: { allow_host: strings } },
    },
  },
  privileged: flag,
}

/** Every top-level field, in the order ToolHive writes them (specs/runconfig.md §2.3, §3.3). */
export const fields: { readonly [Name in keyof Required<RunConfig>]: FieldSpec } = {
  schema_version: { type: 'string', always: 'later', about: 'The version of the format, v0.1.0.' },
  mcpserver_generation: { type: 'integer', sharing: 'host' },
  image: { type: 'string', always: 'both', about: 'The container image of the server.' },
  remote_url: { type: 'string', about: 'The address of a remote server, in place of an image.' },
  registry_api_url: hostText,
  registry_url: text,
  registry_server_name: text,
  remote_auth_config: { type: 'object', fields: remoteAuthFields },
  cmd_args: { type: 'strings', sharing: 'arguments', about: 'Arguments of the server.' },
  name: { type: 'string', always: 'both', about: 'The name of the workload.' },
  container_name: { type: 'string', sharing: 'host', always: 'first' },
  base_name: { type: 'string', sharing: 'host', always: 'first' },
  transport: {
    type: 'string',
    always: 'both',
    enum: ['stdio', 'sse', 'streamable-http', 'inspector'],
    about: 'How the server is spoken to.',
  },
  host: { type: 'string', always: 'both', about: 'The address the proxy listens on.' },
  port: { type: 'integer', sharing: 'host', always: 'both', about: 'The port the proxy listens on; 0: any.' },
  target_port: { type: 'integer', about: 'The port inside the container.' },
  target_host: text,
  allowed_origins: strings,
  publish: { type: 'strings', about: 'Published ports, HOST:CONTAINER.' },
  permission_profile_name_or_path: { type: 'string', sharing: 'profile' },
  permission_profile: {
    type: 'object',
    always: 'both',
    fields: profileFields,
    about: 'What the server may touch.',
  },
  env_vars: { type: 'strings-map', sharing: 'env', about: 'Variables of the server, with their values.' },
  env_file_dir: path,
  debug: { type: 'boolean', sharing: 'host' },
  volumes: { type: 'strings', sharing: 'volumes', about: 'Mounts, HOST_PATH:CONTAINER_PATH[:ro].' },
  container_labels: { type: 'strings-map', sharing: 'labels' },
  oidc_config: {
    type: 'object',
    fields: {
      Issuer: text,
      Audience: text,
      JWKSURL: text,
      ClientID: text,
      ClientSecret: secret,
      CACertPath: path,
      AuthTokenFile: path,
      AllowPrivateIP: flag,
      InsecureAllowHTTP: flag,
      AllowOpaqueTokens: flag,
      IntrospectionURL: text,
      ResourceURL: text,
      Scopes: strings,
    },
  },
  token_exchange_config: {
    type: 'object',
    fields: {
      token_url: text,
      client_id: text,
      client_secret: secret,
      audience: text,
      scopes: strings,
      subject_token_type: text,
      header_strategy: text,
      external_token_header_name: text,
    },
  },
  upstream_swap_config: object,
  aws_sts_config: object,
  authz_config: { type: 'raw' },
  authz_config_path: path,
  audit_config_path: path,
  audit_config: { type: 'object', fields: { logFile: path } },
  telemetry_config: { type: 'object', fields: { headers: secretValues } },
  rate_limit_config: object,
  rate_limit_namespace: hostText,
  secrets: {
    type: 'strings',
    sharing: 'references',
    about: 'References to secrets, NAME,target=VARIABLE.',
  },
  k8s_pod_template_patch: hostText,
  isolate_network: flag,
  allow_docker_gateway: flag,
  trust_proxy_headers: flag,
  strict_protocol_validation: flag,
  stateless: flag,
  session_ttl: { type: 'string', about: 'A duration as Go writes it, 30m.' },
  proxy_mode: { type: 'string', enum: ['sse', 'streamable-http'] },
  thv_ca_bundle: path,
  jwks_auth_token_file: path,
  jwks_allow_private_ip: flag,
  group: text,
  tools_filter: strings,
  tools_override: object,
  ignore_config: { type: 'object', fields: { LoadGlobal: flag, PrintOverlays: flag } },
  middleware_configs: { type: 'objects', sharing: 'derived' },
  additional_middleware_configs: { type: 'objects', sharing: 'derived' },
  validating_webhooks: webhooks,
  mutating_webhooks: webhooks,
  endpoint_prefix: text,
  runtime_config: { type: 'object', fields: { builder_image: text, additional_packages: strings } },
  header_forward: {
    type: 'object',
    fields: { add_plaintext_headers: secretValues, add_headers_from_secret: stringsMap },
  },
  embedded_auth_server_config: object,
  scaling_config: { type: 'object', sharing: 'host' },
}

/**
 * The field a member name means. Go takes any case (specs/runconfig.md §2.2), also the two letters outside ASCII whose
 * other case is `s` or `k`; a name that hides a secret behind its spelling is therefore the secret all the same.
 */
export function fieldNameOf(specs: FieldSpecs, key: string): string | undefined {
  return Object.hasOwn(specs, key) ? key : namesOf(specs, false).get(fold(key))
}

/** The same without regard to underscores: the older layout of `remote_auth_config`. */
export function legacyFieldNameOf(specs: FieldSpecs, key: string): string | undefined {
  return namesOf(specs, true).get(fold(key).replaceAll('_', ''))
}

const folded = new WeakMap<FieldSpecs, ReadonlyMap<string, string>>()
const bare = new WeakMap<FieldSpecs, ReadonlyMap<string, string>>()

/** Names by what they are compared by. */
function namesOf(specs: FieldSpecs, withoutUnderscores: boolean): ReadonlyMap<string, string> {
  const cache = withoutUnderscores ? bare : folded
  const known = cache.get(specs)
  if (known !== undefined) return known
  const keyOf = (name: string): string => (withoutUnderscores ? fold(name).replaceAll('_', '') : fold(name))
  const names = new Map(Object.keys(specs).map((name) => [keyOf(name), name]))
  cache.set(specs, names)
  return names
}

function fold(name: string): string {
  return name.replaceAll('\u017F', 's').toLowerCase()
}
