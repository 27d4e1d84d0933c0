/** The exit statuses of the program (shell.md §2.5). */
export const exits: {
  readonly ok: 0
  readonly negative: 1
  readonly usage: 2
  readonly notFound: 3
  readonly auth: 4
  readonly network: 5
  readonly protocol: 6
  readonly integrity: 7
  readonly io: 8
  readonly plugin: 9
  readonly partial: 10
  readonly deadline: 124
  readonly interrupted: 130
  readonly terminated: 143
  readonly brokenPipe: 141
} = {
  ok: 0,
  negative: 1,
  usage: 2,
  notFound: 3,
  auth: 4,
  network: 5,
  protocol: 6,
  integrity: 7,
  io: 8,
  plugin: 9,
  partial: 10,
  deadline: 124,
  interrupted: 130,
  terminated: 143,
  brokenPipe: 141,
}

/** Every error code and the status it ends the program with; what is not listed is 6. */
export const exitByCode: Readonly<Record<string, number>> = {
  // answers
  NEGATIVE_ANSWER: exits.negative,
  KIND_INPUT_REFUSED: exits.negative,
  KIND_DEPENDENCY_MISSING: exits.notFound,
  TAG_EXISTS: exits.negative,
  // usage
  REFERENCE_INVALID: exits.usage,
  DIGEST_INVALID: exits.usage,
  LOCATION_INVALID: exits.usage,
  ADDRESS_INVALID: exits.usage,
  ADDRESS_REFUSED: exits.usage,
  LOCATION_UNSUPPORTED: exits.usage,
  USAGE_UNKNOWN_COMMAND: exits.usage,
  USAGE_UNKNOWN_FLAG: exits.usage,
  USAGE_MISSING_ARGUMENT: exits.usage,
  USAGE_TOO_MANY_ARGUMENTS: exits.usage,
  USAGE_INVALID_VALUE: exits.usage,
  USAGE_CONFLICT: exits.usage,
  CONFIRMATION_REQUIRED: exits.usage,
  CONFIG_INVALID: exits.usage,
  /** `--restricted` or `--allow-host` forbids it. */
  RESTRICTED: exits.usage,
  KIND_UNKNOWN: exits.usage,
  KIND_AMBIGUOUS: exits.usage,
  KIND_OPTION_UNSUPPORTED: exits.usage,
  // not found
  MANIFEST_NOT_FOUND: exits.notFound,
  TAG_NOT_FOUND: exits.notFound,
  GLOB_NO_MATCH: exits.notFound,
  BLOB_NOT_FOUND: exits.notFound,
  REPOSITORY_NOT_FOUND: exits.notFound,
  UPLOAD_NOT_FOUND: exits.notFound,
  PATH_NOT_FOUND: exits.notFound,
  PLATFORM_NOT_FOUND: exits.notFound,
  FILE_NOT_FOUND: exits.notFound,
  JOB_NOT_FOUND: exits.notFound,
  // authentication and permission
  REGISTRY_UNAUTHORIZED: exits.auth,
  REGISTRY_DENIED: exits.auth,
  CREDENTIALS_INVALID: exits.auth,
  CREDENTIAL_HELPER_FAILED: exits.auth,
  // network
  NETWORK_FAILED: exits.network,
  NETWORK_TLS: exits.network,
  NETWORK_TIMEOUT: exits.network,
  REGISTRY_RATE_LIMITED: exits.network,
  REGISTRY_UNAVAILABLE: exits.network,
  // registry and protocol
  UNSUPPORTED: exits.protocol,
  NOT_MODIFIED: exits.protocol,
  REGISTRY_PROTOCOL: exits.protocol,
  REGISTRY_REJECTED: exits.protocol,
  REDIRECT_REFUSED: exits.protocol,
  MANIFEST_INVALID: exits.protocol,
  MANIFEST_REFERS_TO_MISSING: exits.protocol,
  LAYOUT_INVALID: exits.protocol,
  ARCHIVE_INVALID: exits.protocol,
  LIMIT_EXCEEDED: exits.protocol,
  PRECONDITION_FAILED: exits.protocol,
  UPLOAD_RANGE_INVALID: exits.protocol,
  // integrity
  DIGEST_MISMATCH: exits.integrity,
  SIZE_MISMATCH: exits.integrity,
  ARCHIVE_UNSAFE: exits.integrity,
  SIGNATURE_INVALID: exits.integrity,
  // local input and output
  ADDRESS_IN_USE: exits.io,
  FILE_EXISTS: exits.io,
  FILE_FAILED: exits.io,
  INPUT_INVALID: exits.io,
  TARGET_NOT_EMPTY: exits.io,
  TARGET_UNSAFE: exits.io,
  CACHE_LOCKED: exits.io,
  CACHE_FAILED: exits.io,
  // kinds and plugins
  KIND_INPUT_INVALID: exits.negative,
  /** The artifact is of another kind than the one asked. */
  KIND_MISMATCH: exits.negative,
  KIND_FAILED: exits.plugin,
  EXTERNAL_FAILED: exits.plugin,
  PLUGIN_FAILED: exits.plugin,
  PLUGIN_API_UNSUPPORTED: exits.plugin,
  // repositories of OSTree
  /** No OSTree repository that this version can read. */
  OSTREE_REPO_INVALID: exits.notFound,
  OSTREE_REF_NOT_FOUND: exits.notFound,
  OSTREE_OBJECT_MISSING: exits.notFound,
  OSTREE_OBJECT_INVALID: exits.integrity,
  /** Only a part of the commit was ever brought here. */
  OSTREE_COMMIT_PARTIAL: exits.partial,
  // runs
  PARTIAL: exits.partial,
  DEADLINE_EXCEEDED: exits.deadline,
  INTERRUPTED: exits.interrupted,
  TERMINATED: exits.terminated,
  BROKEN_PIPE: exits.brokenPipe,
}

/** The exit status a code stands for; language errors (`SYNTAX_…`, `BIND_…`, `USAGE_…`) are all 2. */
export function exitOf(code: string): number {
  const known = Object.hasOwn(exitByCode, code) ? exitByCode[code] : undefined
  if (known !== undefined) return known
  return /^(?:SYNTAX|BIND|USAGE)_/.test(code) ? exits.usage : exits.protocol
}
