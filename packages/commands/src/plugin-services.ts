/** A plugin as it is shown. */
export interface PluginInfo {
  readonly name: string
  readonly version: string
  readonly status: 'enabled' | 'disabled'
  readonly kinds: readonly string[]
  readonly source: string
  readonly publisher: string
  /** Of the archive it came in. */
  readonly digest: string
  /** RFC 3339. */
  readonly added: string
  readonly commands: readonly string[]
}

/** One thing that was looked at, and what was found. */
export interface PluginCheck {
  readonly subject: string
  readonly check: string
  readonly ok: boolean
  readonly detail: string
}

/** The kinds of others: installed as data, their code in processes of their own. */
export interface Plugins {
  list(): readonly PluginInfo[]
  /** Errors: PLUGIN_FAILED when there is none of this name. */
  info(name: string): PluginInfo
  /**
   * `source`: a path, an OCI reference, or the name of an npm package (`npm:NAME` where it could be both). Asks whether
   * its publisher is trusted, once for each publisher and digest. Errors: PLUGIN_FAILED, PLUGIN_API_UNSUPPORTED,
   * CONFIRMATION_REQUIRED, DIGEST_MISMATCH, ARCHIVE_UNSAFE, those of the place.
   */
  add(source: string, options: { readonly trust: boolean; readonly signal: AbortSignal }): Promise<PluginInfo>
  remove(name: string): Promise<PluginInfo>
  enable(name: string, enabled: boolean): Promise<PluginInfo>
  /** All of them, or one. */
  doctor(name: string | undefined, signal: AbortSignal): AsyncIterable<PluginCheck>
  /** Writes a new kind into a folder of its name; answers the paths. Errors: PLUGIN_FAILED, TARGET_NOT_EMPTY. */
  create(name: string, signal: AbortSignal): Promise<readonly string[]>
}
