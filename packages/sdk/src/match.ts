/**
 * One way to recognise an artifact: all fields given must hold. Plain data, repeated in package.json's `ocish`
 * field, so that no code of the kind is loaded to ask. The most specific match wins: the first difference in the
 * order of the fields below, then the number of fields.
 */
export interface Match {
  readonly artifactType?: string
  readonly configMediaType?: string
  /** A label of the image configuration, `name` or `name=value`; the host reads the configuration once (≤ 1 MiB). */
  readonly configLabel?: string
  readonly layerMediaType?: string
  /** An annotation of the manifest, `name` or `name=value`. */
  readonly annotation?: string
  /** Comes from settings, never from a package. */
  readonly repositoryPrefix?: string
  /** Restricts the other fields to manifests of this type; alone it is the weakest match. */
  readonly manifestMediaType?: string
  /**
   * Gives way to every match without it: for kinds that know only the general form (any image, any index). It is no
   * condition of its own.
   */
  readonly generic?: true
}

/**
 * Which repositories a person says to hold artifacts of a kind: all below a base that the settings name. What lies there
 * and fits no match of another kind more closely is of this kind. Plain data as well.
 */
export interface BaseSetting {
  /** The member of the settings that lists objects, one for each base. */
  readonly list: string
  /** `{MEMBER}` stands for a member of the object; the first pattern whose members are all given counts. */
  readonly patterns: readonly string[]
  /** Bases that count without being configured. Only kinds that come with the program have them. */
  readonly builtIn?: readonly string[]
}

/** Which folders or files `push` and `validate` take for a kind. Plain data as well. */
export interface SourceMatch {
  /** A folder that holds this file (a relative path). */
  readonly folderWith?: string
  /** A file whose name fits this pattern (`*` within the name). */
  readonly fileName?: string
  /** A compressed or plain tar that holds this file (`*` within a component). */
  readonly archiveWith?: string
  /** A JSON file whose top-level object has all of these keys. */
  readonly jsonKeys?: readonly string[]
}
