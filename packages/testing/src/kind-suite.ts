import type { Artifact, Kind, KindLocation, Lookup, Source } from '@ocish/sdk'
import { describe } from 'vitest'
import { abortCases } from './kind-suite/abort.ts'
import { commandCases } from './kind-suite/commands.ts'
import { dataCases } from './kind-suite/data.ts'
import { hostileCases } from './kind-suite/hostile.ts'
import { locationCases } from './kind-suite/locations.ts'
import { refusalCases } from './kind-suite/refusals.ts'
import { roundTripCases } from './kind-suite/round-trip.ts'

/** One good artifact: what it is packed from, or for a kind that does not pack, the artifact itself. */
export interface KindCase {
  readonly name: string
  /** A new source for every use. */
  readonly source?: () => Source
  readonly artifact?: () => Promise<Artifact>
  /** The kind's options, as `push` would pass them. */
  readonly options?: Readonly<Record<string, unknown>>
  /** What `unpack` writes: text by path. */
  readonly unpacked?: Readonly<Record<string, string>>
}

/** Something the kind has to refuse, and the code (or codes) it does it with. */
export interface KindRefusal {
  readonly name: string
  /** Refused by `pack`. */
  readonly source?: () => Source
  /** Refused by `read`, or at the latest by `unpack`. */
  readonly artifact?: () => Promise<Artifact>
  readonly options?: Readonly<Record<string, unknown>>
  readonly code: string | readonly string[]
}

/** A location of a scheme of the kind. */
export interface LocationCase {
  readonly name: string
  readonly location: KindLocation
  /** By what the kind asks for. */
  readonly folders: Readonly<Record<string, () => Source | Promise<Source>>>
  /** Text by path, of every file that is listed. */
  readonly files: Readonly<Record<string, string>>
}

/** What the conformance suite needs to know of a kind. */
export interface KindSuiteOptions {
  /** The package's package.json, whose `ocish` field has to repeat the kind's data. */
  readonly packageJson: unknown
  /** At least one. */
  readonly cases: readonly KindCase[]
  readonly refusals?: readonly KindRefusal[]
  /** At least one for a kind that lists locations. */
  readonly locations?: readonly LocationCase[]
  /** What command examples find; default: the first case's artifact under any reference. */
  readonly lookup?: Lookup
  /** What command examples read for a path parameter or flag; default: the first case's source. */
  readonly folder?: (parameter: string) => Source
}

/**
 * The conformance suite for a kind (style.md A.10), to be called in a vitest file: its data is what package.json says;
 * packing is reproducible; what was packed can be read, described, listed and unpacked; hostile artifacts and sources
 * end in a branded error and never outside the target; an abort ends within a turn; every command example runs.
 */
export function describeKind<Model>(kind: Kind<Model>, options: KindSuiteOptions): void {
  // The suite only hands models back to the kind they came from.
  const subject = kind as Kind
  describe(`kind ${kind.name}`, () => {
    dataCases(subject, options)
    refusalCases(subject, options)
    commandCases(subject, options)
    locationCases(subject, options.locations ?? [])
    for (const given of options.cases) {
      // oxlint-disable-next-line vitest/valid-title
      describe(given.name, () => {
        roundTripCases(subject, given)
        abortCases(subject, given)
        hostileCases(subject, given)
      })
    }
  })
}
