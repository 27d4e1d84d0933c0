import type { Description, Field, FieldValue } from '@ocish/sdk'
import { consentItems, consentLine } from './consent.ts'
import { fields } from './fields.ts'
import { parseImage } from './image.ts'
import type { RunConfig } from './model.ts'
import { isSecretReference, parseSecretReference } from './secrets.ts'

/** What a person asks first: what runs, how it is reached, what it may touch, what it needs. Values of variables are not shown. */
export function describe(config: RunConfig): Description {
  const server = config.image || config.remote_url || ''
  return {
    title: config.name || 'run configuration',
    ...(server === '' ? {} : { summary: `${config.transport || 'unknown transport'} · ${server}` }),
    fields: [
      text('image', config.image, 'ref'),
      ...(config.image ? [field('image pinned', parseImage(config.image)?.digest !== undefined)] : []),
      text('remote', config.remote_url),
      text('transport', config.transport),
      text('proxy mode', config.proxy_mode),
      ...(config.target_port ? [field('target port', config.target_port)] : []),
      listOf('arguments', config.cmd_args),
      listOf('variables', Object.keys(config.env_vars ?? {})),
      listOf('secrets', (config.secrets ?? []).map(secretName)),
      listOf('volumes', config.volumes),
      listOf('tools', config.tools_filter),
      field('permissions', profileOf(config)),
      listOf('security', consentItems(config).map(consentLine)),
      text('group', config.group),
      text('schema version', config.schema_version),
      listOf(
        'unknown fields',
        Object.keys(config).filter((name) => !Object.hasOwn(fields, name)),
      ),
    ].filter((found) => found !== undefined),
  }
}

/** A reference shows where its value goes; what is none may be the secret itself. */
function secretName(reference: string): string {
  if (!isSecretReference(reference)) return '(no reference)'
  const { name, target } = parseSecretReference(reference)
  return `${name} → ${target}`
}

function profileOf({
  permission_profile: profile,
  permission_profile_name_or_path: name,
}: RunConfig): FieldValue {
  if (profile === undefined) return name || 'default'
  return JSON.parse(JSON.stringify(profile)) as FieldValue
}

function field(label: string, value: FieldValue): Field {
  return { label, value }
}

function text(label: string, value: string | undefined, format?: 'ref'): Field | undefined {
  if (value === undefined || value === '') return undefined
  return format === undefined ? { label, value } : { label, value, format }
}

function listOf(label: string, value: readonly string[] | undefined): Field | undefined {
  return value === undefined || value.length === 0 ? undefined : { label, value, format: 'list' }
}
