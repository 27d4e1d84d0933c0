import type { JsonSchema } from './json-schema.ts'

/** Transfers at a time where nobody says. */
export const defaultConcurrency = 6

const text: JsonSchema = { type: 'string' }
const flag: JsonSchema = { type: 'boolean' }
const bytes: JsonSchema = { type: 'integer', minimum: 1 }

const registry: JsonSchema = {
  type: 'object',
  description: 'How one registry is reached, by its name in references.',
  additionalProperties: false,
  properties: {
    alias: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9_-]*$',
      description: 'A short first component: alias/app.',
    },
    base: { ...text, description: 'The namespace that the alias stands for.' },
    'plain-http': { ...flag, description: 'HTTP without TLS; always so on loopback.' },
    insecure: { ...flag, description: 'The certificate is not checked.' },
    ca: { ...text, description: 'PEM file with further trusted authorities.' },
    cert: { ...text, description: 'PEM file with the client certificate.' },
    key: { ...text, description: 'PEM file with the key of the client certificate.' },
    credentials: { ...text, description: 'A file in the form of Docker or podman, or none: stay anonymous.' },
    realms: { type: 'array', items: text, description: 'Hosts whose token service may see the credentials.' },
    mirrors: {
      type: 'array',
      items: text,
      description: 'Tried in order for reads, with their own credentials only.',
    },
    default: { ...flag, description: 'Listed first.' },
  },
}

const outputForms: readonly string[] = ['table', 'json', 'ndjson', 'yaml', 'tsv', 'csv', 'tree', 'md']

const rule: JsonSchema = {
  type: 'object',
  description: 'Settles which kind an artifact is.',
  additionalProperties: false,
  required: ['kind'],
  properties: {
    kind: text,
    'artifact-type': text,
    'config-media-type': text,
    'config-label': text,
    'layer-media-type': text,
    annotation: text,
    'repository-prefix': text,
    'manifest-media-type': text,
  },
}

const defaults: JsonSchema = {
  type: 'object',
  description: 'What flags say when nobody gives them; OCISH_NAME in the environment comes before.',
  additionalProperties: false,
  properties: {
    output: { type: 'string', enum: outputForms, description: 'The form of rows and values (-o).' },
    color: {
      type: 'string',
      enum: ['auto', 'always', 'never'],
      default: 'auto',
      description: 'Colours.',
    },
    timeout: {
      type: 'string',
      pattern: String.raw`^\d+(?:\.\d+)?(?:ms|s|m|h|d)$`,
      description: 'A run is stopped after this long: 90s, 5m.',
    },
    platform: { ...text, description: 'The entry of an index to take, as OS/ARCH[/VARIANT].' },
    concurrency: {
      type: 'integer',
      minimum: 1,
      maximum: 64,
      default: defaultConcurrency,
      description:
        'Transfers at a time; where this is not set, a copy takes 8, and up to 16 where the registry is far.',
    },
    retries: {
      type: 'integer',
      minimum: 0,
      maximum: 20,
      default: 5,
      description: 'Further attempts after a failure of the network or the registry.',
    },
  },
}

const limits: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    glob: {
      type: 'integer',
      minimum: 1,
      default: 1000,
      description: 'Names that one pattern may stand for.',
    },
    manifest: { ...bytes, default: 8 * 1024 * 1024, description: 'Bytes of the largest manifest.' },
    page: { ...bytes, default: 16 * 1024 * 1024, description: 'Bytes of one page of a list.' },
    pages: { type: 'integer', minimum: 1, default: 1000, description: 'Pages of one list.' },
    'max-wait': {
      type: 'integer',
      minimum: 1,
      default: 120,
      description: 'Seconds that a registry may ask to wait.',
    },
  },
}

const period: JsonSchema = { type: 'string', pattern: String.raw`^\d+(?:\.\d+)?(?:ms|s|m|h|d)$` }

const cache: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    'fresh-for': {
      ...period,
      description:
        'Tags and lists younger than this are taken from the store: 30s; default: they are asked for.',
    },
    'stale-for': {
      ...period,
      description: 'Younger than this they are given at once, and asked for behind: 24h; default: none are.',
    },
    'stale-on-error': {
      type: 'boolean',
      description:
        'Where the registry cannot be reached, what is known is given, with a warning; default false.',
    },
  },
}

const aliases: JsonSchema = {
  type: 'object',
  description: 'Abbreviations: a name, and the words that stand for it in a session.',
  additionalProperties: { ...text, pattern: String.raw`\S` },
}

/** The configuration file, as JSON Schema; `docs/config.schema.json` is made from it. */
export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    registries: { type: 'object', additionalProperties: registry },
    aliases,
    defaults,
    limits,
    cache,
    match: { type: 'array', items: rule },
    kinds: { type: 'object', additionalProperties: { type: 'object' } },
  },
}

/** A project's `.ocish.toml`: it comes with somebody's files, so it may not say where credentials go. */
export const projectSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { aliases, defaults },
}
