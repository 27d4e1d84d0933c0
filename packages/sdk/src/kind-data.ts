import type { KindCommand } from './kind-command.ts'
import { apiVersion, type Kind, type KindOption } from './kind.ts'
import type { BaseSetting, Match, SourceMatch } from './match.ts'

/** What is known of a command without its code: all of `KindCommand` but `run`. */
export type KindCommandData = Omit<KindCommand, 'run'>

/**
 * The plain data of a kind, as its package repeats it in package.json. Members whose value is absent in the kind are
 * absent here, too; `family` is always written out.
 */
export interface KindData {
  readonly name: string
  readonly family: string
  readonly match: readonly Match[]
  readonly sources?: readonly SourceMatch[]
  readonly options?: readonly KindOption[]
  readonly settings?: Readonly<Record<string, unknown>>
  readonly bases?: BaseSetting
  readonly locations?: readonly string[]
  readonly marker?: string
  readonly commands?: readonly KindCommandData[]
}

/** The `ocish` field of a plugin's package.json: everything a host asks before it loads any code. */
export interface PackageField {
  /** The contract the kinds were written for (`apiVersion` of the SDK). */
  readonly apiVersion: number
  readonly kinds: readonly KindData[]
}

/** The fields of a kind that are data, whatever its model is. */
type DataFields = Pick<Kind, keyof KindData>

function commandData(command: KindCommand): KindCommandData {
  return Object.fromEntries(
    Object.entries(command).filter(([name]) => name !== 'run'),
  ) as unknown as KindCommandData
}

/** The plain data of one kind. */
export function kindData(kind: DataFields): KindData {
  return {
    name: kind.name,
    family: kind.family ?? kind.name,
    match: kind.match,
    ...(kind.sources === undefined ? {} : { sources: kind.sources }),
    ...(kind.options === undefined ? {} : { options: kind.options }),
    ...(kind.settings === undefined ? {} : { settings: kind.settings }),
    ...(kind.bases === undefined ? {} : { bases: kind.bases }),
    ...(kind.locations === undefined ? {} : { locations: kind.locations }),
    ...(kind.marker === undefined ? {} : { marker: kind.marker }),
    ...(kind.commands === undefined ? {} : { commands: kind.commands.map(commandData) }),
  }
}

/** The `ocish` field that a package with these kinds writes into its package.json (a host compares both). */
export function packageField(kinds: readonly DataFields[]): PackageField {
  return { apiVersion, kinds: kinds.map(kindData) }
}
