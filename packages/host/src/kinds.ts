import type { ManifestContent, Place } from '@ocish/core'
import type { KindCommandScope, KindInfo, Kinds, NamedPlace } from '@ocish/commands'
import {
  type Annotations,
  type Artifact,
  apiVersion,
  isOcishError,
  type Kind,
  type KindCall,
  type KindCommand,
  type KindContext,
  type Lookup,
  type Manifest,
  type Match,
  OcishError,
  type SchemaIssue,
  type Source,
} from '@ocish/sdk'
import { createArtifact } from './artifact.ts'
import { type KindCommandAbilities, kindCommandScope } from './kind-command-scope.ts'
import { holds, type MatchSubject } from './kind-match.ts'
import { compareSpecificity } from './kind-specificity.ts'
import { schemaFault } from './json-schema.ts'
import type { KindEntry } from './kind-table.ts'

/** A match from the configuration: it settles what packages leave equal. */
export interface KindRule extends Match {
  readonly kind: string
}

/** What kinds are found by, and what they may do. */
export interface KindsOptions {
  readonly entries: readonly KindEntry[]
  readonly rules: readonly KindRule[]
  /** What the configuration says of a kind: `[kinds.FAMILY]`, and `[kinds.NAME]` above it. */
  readonly settings: (name: string, family: string) => Readonly<Record<string, unknown>>
  readonly lookup: (signal: AbortSignal) => Lookup
  readonly warn: (message: string) => void
  readonly progress: KindContext['progress']
  /** What commands of kinds may do beyond reading. */
  readonly abilities: (signal: AbortSignal) => KindCommandAbilities
  readonly signal: AbortSignal | undefined
}

interface Candidate {
  readonly entry: KindEntry
  readonly match: Match
  /** From the configuration. */
  readonly settled: boolean
}

const rememberedLabels = 64

/** The kind table (architecture.md, Kinds): matching reads data only; a kind's code is imported by `load`. */
export class KindTable implements Kinds {
  readonly #options: KindsOptions
  readonly #loaded = new Map<string, Promise<Kind>>()
  readonly #labels = new Map<string, Promise<Annotations | undefined>>()

  constructor(options: KindsOptions) {
    this.#options = options
  }

  list(): readonly KindInfo[] {
    return this.#options.entries.map((entry) => infoOf(entry))
  }

  async match(
    place: Place,
    content: { readonly manifest: Manifest },
    as?: string,
  ): Promise<KindInfo | undefined> {
    if (as !== undefined) return infoOf(this.#entry(as))
    const subject: MatchSubject = {
      manifest: content.manifest,
      repository: `${place.registry.name}/${place.repository}`,
      labels: async () => this.#labelsOf(place, content.manifest),
    }
    const candidates = await this.#candidates(subject)
    const best = candidates.filter((one) => candidates.every((other) => compare(one, other) <= 0))
    const kinds = new Set(best.map((candidate) => candidate.entry))
    const [first] = kinds
    if (kinds.size > 1) throw ambiguous([...kinds])
    return first && infoOf(first)
  }

  async matchSource(source: Source): Promise<readonly KindInfo[]> {
    const { sourceHolds, topLevelKeys } = await import('./source-match.ts')
    let keys: Promise<ReadonlySet<string>> | undefined
    const keysOnce = async (): Promise<ReadonlySet<string>> => (keys ??= topLevelKeys(source))
    const fitting = await Promise.all(
      this.#options.entries.map(async (entry) => {
        const each = (entry.sources ?? []).map(async (match) => sourceHolds(match, source, keysOnce))
        return (await Promise.all(each)).includes(true) ? [infoOf(entry)] : []
      }),
    )
    return fitting.flat()
  }

  async load(name: string): Promise<Kind> {
    const entry = this.#entry(name)
    const loading = this.#loaded.get(name) ?? loadKind(entry)
    this.#loaded.set(name, loading)
    return loading
  }

  artifact(place: NamedPlace, content: ManifestContent, signal: AbortSignal): Artifact {
    return createArtifact(place, content, signal, nameOf(place))
  }

  context(kind: Kind, options: Readonly<Record<string, unknown>>, signal: AbortSignal): KindContext {
    const { warn, progress, settings, lookup, abilities } = this.#options
    return {
      signal,
      warn,
      progress,
      settings: checkedSettings(kind, settings(kind.name, kind.family ?? kind.name)),
      options,
      file: async (name) => abilities(signal).folder(typedFile(kind, name, options)),
      lookup: lookup(signal),
      features: [],
    }
  }

  commandContext(kind: Kind, command: KindCommand, call: KindCall, signal: AbortSignal): KindCommandScope {
    const context = this.context(kind, call.flags, signal)
    return kindCommandScope(context, command, call, this.#options.abilities(signal))
  }

  async read(
    kind: Kind,
    artifact: Artifact,
    context: KindContext,
    { whole = false }: { readonly whole?: boolean } = {},
  ): Promise<unknown> {
    const model = await guarded(kind.name, context.signal, async () =>
      whole && kind.readWhole !== undefined
        ? kind.readWhole(artifact, context)
        : kind.read(artifact, context),
    )
    if (kind.schema === undefined) return model
    const result = await kind.schema['~standard'].validate(model)
    if (result.issues === undefined) return result.value
    throw invalid(kind.name, result.issues)
  }

  #entry(name: string): KindEntry {
    const found = this.#options.entries.find((entry) => entry.name === name)
    if (found) return found
    const names = this.#options.entries.map((entry) => entry.name)
    throw new OcishError('KIND_UNKNOWN', `no kind ${name}`, { hint: `Name one of: ${names.join(', ')}.` })
  }

  async #candidates(subject: MatchSubject): Promise<readonly Candidate[]> {
    const packaged = this.#options.entries.flatMap((entry) =>
      entry.match.map((match): Candidate => ({ entry, match, settled: false })),
    )
    const settled = this.#options.rules.map(({ kind, ...match }): Candidate => ({
      entry: this.#entry(kind),
      match,
      settled: true,
    }))
    const all = [...settled, ...packaged]
    const held = await Promise.all(all.map(async ({ match }) => holds(match, subject)))
    return all.filter((_, index) => held[index])
  }

  async #labelsOf(place: Place, manifest: Manifest): Promise<Annotations | undefined> {
    if (manifest.form !== 'image') return undefined
    const key = manifest.config.digest
    const known = this.#labels.get(key)
    if (known) return known
    const { configLabels } = await import('./config-labels.ts')
    const reading = this.#labels.get(key) ?? configLabels(place, manifest, this.#options.signal)
    if (this.#labels.size >= rememberedLabels) this.#labels.clear()
    this.#labels.set(key, reading)
    return reading
  }
}

/** Runs a kind's code: what it throws without a code becomes KIND_FAILED, an abort stays one. */
export async function guarded<T>(name: string, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (isOcishError(cause) || signal.aborted || (cause instanceof Error && cause.name === 'AbortError'))
      throw cause
    throw new OcishError('KIND_FAILED', `the kind ${name} failed`, { cause })
  }
}

function compare(one: Candidate, other: Candidate): number {
  return compareSpecificity(one.match, other.match) || Number(other.settled) - Number(one.settled)
}

function typedFile(kind: Kind, name: string, options: KindContext['options']): string {
  const isPath = kind.options?.some((option) => option.name === name && option.type === 'path') === true
  const value = options[name]
  if (isPath && typeof value === 'string') return value
  throw new OcishError(
    'KIND_FAILED',
    `the kind ${kind.name} asked for the file --${name}, which nobody typed`,
  )
}

/** Errors: CONFIG_INVALID. */
function checkedSettings(
  kind: Kind,
  settings: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const fault = kind.settings && schemaFault(kind.settings, settings, `kinds.${kind.name}`)
  if (fault) throw new OcishError('CONFIG_INVALID', `${fault.path} ${fault.message}`)
  return settings
}

async function loadKind(entry: KindEntry): Promise<Kind> {
  const kind = await entry.load().catch((cause: unknown) => {
    throw isOcishError(cause)
      ? cause
      : new OcishError('KIND_FAILED', `the kind ${entry.name} of ${entry.package} cannot be loaded`, {
          cause,
        })
  })
  if (kind.apiVersion === apiVersion) return kind
  throw new OcishError(
    'PLUGIN_API_UNSUPPORTED',
    `the kind ${entry.name} of ${entry.package} is written for another version of the contract than ${String(apiVersion)}`,
  )
}

function infoOf(entry: KindEntry): KindInfo {
  return {
    name: entry.name,
    family: entry.family,
    package: entry.package,
    match: entry.match,
    sources: entry.sources ?? [],
    options: entry.options ?? [],
    commands: entry.commands ?? [],
    ...(entry.marker !== undefined && { marker: entry.marker }),
    ...(entry.locations !== undefined && { locations: entry.locations }),
  }
}

/** `ghcr.io/a/b:1`, as it was asked for; nothing where only a repository is known. */
function nameOf({ display, tag, digest }: NamedPlace): string | undefined {
  if (display === undefined || (tag === undefined && digest === undefined)) return undefined
  return `${display}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

function ambiguous(entries: readonly KindEntry[]): OcishError {
  const names = entries.map((entry) => entry.name)
  return new OcishError('KIND_AMBIGUOUS', `the artifact fits ${names.join(' and ')} equally well`, {
    details: { kinds: names },
    hint: `Choose with --as ${names[0]}, or add a [[match]] rule to the configuration.`,
  })
}

function invalid(name: string, issues: readonly SchemaIssue[]): OcishError {
  const shown = issues.slice(0, 5).map((issue) => `${pathOf(issue)}${issue.message}`)
  const more = issues.length > shown.length ? ` and ${issues.length - shown.length} more` : ''
  return new OcishError('KIND_INPUT_INVALID', `not a valid ${name}: ${shown.join('; ')}${more}`, {
    details: {
      issues: issues.slice(0, 100).map((issue) => ({ path: pathOf(issue), message: issue.message })),
    },
  })
}

function pathOf(issue: SchemaIssue): string {
  const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
  return path === '' ? '' : `${path}: `
}
