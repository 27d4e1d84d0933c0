import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Services } from '@ocish/host'
import {
  type Column,
  type ColumnType,
  type Commands,
  commonFlags,
  type EdgeType,
  helpFor,
  type ParamType,
  type Site,
} from '@ocish/shell'
import type { Candidate } from '../prompt/candidate.ts'
import { keysSummary } from '../prompt/keys-help.ts'
import type { PastLine, Stage } from '../prompt/state.ts'
import type { Answer, Provider, Question } from './engine.ts'
import { remoteAnswer } from './remote.ts'
import { isPathWord, wantedType } from './stage.ts'

export interface ProviderOptions {
  readonly commands: () => Commands
  readonly services: () => Promise<Services>
  readonly context: () => string
  readonly history: () => readonly PastLine[]
  /** Abbreviations of the user. */
  readonly aliases: () => ReadonlyMap<string, readonly string[]>
  /** Of annotations that were seen. */
  readonly annotationKeys: () => readonly string[]
}

const local = (candidates: readonly Candidate[]): Answer => ({ type: 'local', candidates })
const named = (names: readonly string[]): Answer => local(names.map((value) => ({ value })))

/** Media types that are met most. */
const mediaTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.empty.v1+json',
  'application/vnd.cncf.helm.config.v1+json',
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  'application/spdx+json',
  'application/vnd.cyclonedx+json',
  'application/json',
  'text/plain',
]

const platforms = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x',
  'windows/amd64',
  'darwin/arm64',
]

/** What could stand at each kind of place. Nothing but references asks a network. */
export function createProvider(options: ProviderOptions): Provider {
  return (question) => {
    const { site } = question
    switch (site.kind) {
      case 'command':
        return local([...commandsFor(site, options.commands()), ...aliasesFor(site, options.aliases())])
      case 'flag':
        return local(flagsFor(site, options.commands()))
      case 'flag-value':
      case 'argument':
      case 'file':
        return valuesFor(question, options)
      case 'field':
        return local(fieldsOf(site.input))
      case 'operator':
        return named([
          '==',
          '!=',
          '<',
          '<=',
          '>',
          '>=',
          'in',
          'contains',
          'matches',
          'startswith',
          'endswith',
          'and',
          'or',
        ])
      case 'value':
        return named(comparedWith(site, options.commands()))
      case 'variable':
        return named(site.names)
      case 'none':
        return local([])
      default:
        return site satisfies never
    }
  }
}

function commandsFor(site: Extract<Site, { kind: 'command' }>, commands: Commands): readonly Candidate[] {
  const wanted =
    site.input.form === 'none'
      ? ['none', 'bytes']
      : site.input.form === 'bytes'
        ? ['bytes']
        : ['rows', 'bytes']
  return commands.signatures
    .filter(
      (signature) =>
        wanted.includes(signature.input) || (signature.input === 'rows' && site.input.form === 'any'),
    )
    .map(({ name, summary }) => ({ value: name, columns: [summary] }))
}

/** They may begin a line; what follows a pipe is a command. */
function aliasesFor(
  site: Extract<Site, { kind: 'command' }>,
  aliases: ReadonlyMap<string, readonly string[]>,
): readonly Candidate[] {
  if (site.input.form !== 'none') return []
  return [...aliases].map(([value, words]) => ({ value, columns: [`alias of ${words.join(' ')}`] }))
}

function flagsFor(site: Extract<Site, { kind: 'flag' }>, commands: Commands): readonly Candidate[] {
  const { signature } = site
  const options = commands.options(signature.name).map(({ kind, option }) => ({
    value: `--${option.name}`,
    columns: [`${option.summary} (${kind})`],
  }))
  const flag = ({ name, summary }: { readonly name: string; readonly summary: string }): Candidate => ({
    value: `--${name}`,
    columns: [summary],
  })
  const own = new Set(signature.flags.map(({ name }) => name))
  // What a command says of a common flag is meant for it.
  const common = commonFlags.filter(({ name }) => !own.has(name))
  return [...signature.flags.map(flag), ...options, ...common.map(flag)]
}

/** Commands and topics. */
function helpedWith(commands: Commands): readonly Candidate[] {
  const list = helpFor(['topics'], commands)?.blocks.find((block) => block.form === 'list')
  const topics = list?.items.map(({ term, text }) => ({ value: term, columns: [text] })) ?? []
  const names = commands.signatures.map(({ name, summary }) => ({ value: name, columns: [summary] }))
  return [...names, ...topics, { value: 'keys', columns: [keysSummary] }]
}

/** With what each of them holds. */
function fieldsOf(input: EdgeType): readonly Candidate[] {
  const types = new Map(columnsOf(input).map((column) => [column.name, column.type]))
  return [...types].map(([value, type]) => ({ value, columns: [type] }))
}

function columnsOf(input: EdgeType): readonly Column[] {
  return input.form === 'rows' ? input.types.flatMap((type) => type.columns) : []
}

const byType: Readonly<Partial<Record<ColumnType, readonly string[]>>> = {
  mediatype: mediaTypes,
  bool: ['true', 'false'],
  duration: ['1h', '1d', '7d', '30d', '90d', '1y'],
  size: ['1KiB', '1MiB', '10MiB', '100MiB', '1GiB'],
}

/** What a field is compared with most, or how that is written. */
function comparedWith(
  { field, input }: Extract<Site, { kind: 'value' }>,
  commands: Commands,
): readonly string[] {
  if (field === 'kind') return commands.kinds ?? []
  if (field === 'platforms' || field === 'platform') return platforms
  if (field === 'artifactType') return mediaTypes
  const type = columnsOf(input).find(({ name }) => name === field)?.type
  return (type === undefined ? undefined : byType[type]) ?? ['true', 'false', 'null']
}

async function valuesFor(question: Question, options: ProviderOptions): Promise<Answer> {
  const { site, stage } = question
  const of = site.kind === 'argument' ? site.param : site.kind === 'flag-value' ? site.flag : undefined
  if (of?.enum !== undefined) return named(of.enum)
  const type = wantedType(site) as ParamType | undefined
  const word = stage.base + stage.word
  switch (type) {
    case 'ref':
    case 'location':
    case 'digest':
      return isPathWord(word)
        ? paths(stage)
        : remoteAnswer(word, await options.services(), options.context(), options.history())
    case 'path':
      return paths(stage)
    case 'host': {
      const registries = await (await options.services()).registries()
      return local(registries.map(({ host, user }) => ({ value: host, columns: [user ?? ''] })))
    }
    case 'kind':
      return named(options.commands().kinds ?? [])
    case 'platform':
      return named(platforms)
    case 'mediatype':
      return named(mediaTypes)
    case 'bool':
      return named(['true', 'false'])
    case 'command':
      return local(helpedWith(options.commands()))
    case 'keyvalue':
      return local(
        word.includes('=')
          ? []
          : options.annotationKeys().map((key): Candidate => ({ value: `${key}=`, more: true })),
      )
    case 'string':
    case 'int':
    case 'size':
    case 'duration':
    case undefined:
      return local([])
    case 'field':
      return site.kind === 'argument' && site.input.form === 'rows' ? local(fieldsOf(site.input)) : local([])
    default:
      return type satisfies never
  }
}

/** The entries of the folder that the word names so far, hidden ones for who types a dot; folders go on. */
async function paths({ base, word }: Stage): Promise<Answer> {
  const folder = base.startsWith('~/') ? join(homedir(), base.slice(2)) : base === '' ? '.' : base
  const hidden = word.startsWith('.')
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const candidates = entries
      .filter((entry) => hidden || !entry.name.startsWith('.'))
      .map((entry): Candidate => {
        const value = `${base}${entry.name}`
        return entry.isDirectory() ? { value: `${value}/`, more: true } : { value }
      })
    return local(candidates.toSorted((a, b) => (a.value < b.value ? -1 : 1)))
  } catch {
    return local([])
  }
}
