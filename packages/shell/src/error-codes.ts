import { exitOf } from '@ocish/sdk'
import type { HelpDocument } from './help.ts'

/** What brings an error about, and what to do about it. */
interface Explanation {
  readonly cause: string
  readonly wayOut: string
}

const e = (cause: string, wayOut: string): Explanation => ({ cause, wayOut })

/** Every code a person can meet; a test compares it with the codes that exist. */
export const errorCodes: Readonly<Record<string, Explanation>> = {
  NEGATIVE_ANSWER: e(
    'a command inside $( … ) or a block answered no',
    'Use || after it, or ask with exists before.',
  ),
  KIND_INPUT_REFUSED: e(
    'the kind refuses to publish what it found',
    'Read the finding; remove or allow the value by the option it names.',
  ),
  KIND_DEPENDENCY_MISSING: e(
    'something that the artifact needs is not there',
    'Publish the dependency, or correct its reference or version range.',
  ),
  KIND_INPUT_INVALID: e('the content does not fit its kind', 'Run validate for the list of findings.'),
  KIND_MISMATCH: e(
    'the artifact is of another kind than the one asked for',
    'Leave out --as, or name the kind it is.',
  ),
  TAG_EXISTS: e('the tag is there and points elsewhere', 'Choose another tag, or add --force.'),
  RESTRICTED: e(
    'the run was started with --restricted or --allow-host, and this goes beyond it',
    'Stay within it, or start the run without the flag.',
  ),
  JOB_NOT_FOUND: e('no job of this session has that number', 'Run jobs for the numbers there are.'),
  OSTREE_REPO_INVALID: e(
    'the folder is no OSTree repository, or one of a mode that is not known',
    'Name the folder that holds config, objects and refs.',
  ),
  OSTREE_REF_NOT_FOUND: e(
    'the repository has no such ref or revision',
    'Run ostree refs REPO for those it has.',
  ),
  OSTREE_OBJECT_MISSING: e(
    'an object that the commit names is not in the repository',
    'Fetch the commit whole, or check the repository with ostree fsck.',
  ),
  OSTREE_OBJECT_INVALID: e(
    'the bytes of an object do not have its checksum',
    'Check the repository with ostree fsck, and fetch the object again.',
  ),
  OSTREE_COMMIT_PARTIAL: e('only a part of the commit was fetched', 'Fetch it whole before it is packed.'),
  REFERENCE_INVALID: e('a reference is not well-formed', 'Correct the marked part; see help references.'),
  DIGEST_INVALID: e(
    'a digest is not algorithm:hex of the right length',
    'Copy it whole, or resolve the tag.',
  ),
  LOCATION_INVALID: e('a location is not well-formed', 'Correct the marked part; see help references.'),
  LOCATION_UNSUPPORTED: e(
    'no such kind of location, or it cannot do that',
    'Go through a registry, oci:DIR or tar:FILE.',
  ),
  ADDRESS_INVALID: e(
    'an address to listen on is not HOST:PORT',
    'Write 127.0.0.1:5000, or port 0 for a free one.',
  ),
  ADDRESS_REFUSED: e(
    'the address is not one that may be used',
    'Use a loopback address, or allow the host by --allow-host.',
  ),
  ADDRESS_IN_USE: e('something else listens there', 'Choose another port, or port 0.'),
  USAGE_UNKNOWN_COMMAND: e('no command has that name', 'Take the nearest name, or run help.'),
  USAGE_UNKNOWN_FLAG: e(
    'the command has no such flag',
    'Take the nearest name, or run the command with --help.',
  ),
  USAGE_MISSING_ARGUMENT: e(
    'an argument or the value of a flag is missing',
    'Run the command with --help for what it takes.',
  ),
  USAGE_TOO_MANY_ARGUMENTS: e(
    'more arguments than the command takes',
    'Quote what belongs together, or leave the rest out.',
  ),
  USAGE_INVALID_VALUE: e('a value does not fit its type', 'Run the command with --help for what it takes.'),
  USAGE_CONFLICT: e('two parts of the line exclude each other', 'Leave one of them out.'),
  USAGE_BINARY_OUTPUT: e('binary data would go to a terminal', 'Redirect it to a file, or add --raw.'),
  CONFIRMATION_REQUIRED: e(
    'something would be deleted and nobody can be asked',
    'Add --yes, or look first with --dry-run.',
  ),
  CONFIG_INVALID: e(
    'the configuration has an unknown key or a wrong value',
    'Correct the named key; set shows where values come from.',
  ),
  KIND_UNKNOWN: e('no kind has that name', 'Take the nearest name, or add the plugin that brings it.'),
  KIND_AMBIGUOUS: e('two kinds fit equally well', 'Decide with --as KIND.'),
  KIND_OPTION_UNSUPPORTED: e(
    'the option belongs to another kind',
    'Leave it out, or name its kind with --as.',
  ),
  SYNTAX_UNCLOSED: e('a quote, bracket, brace or line goes on beyond the end', 'Close it.'),
  SYNTAX_UNEXPECTED: e('something stands where the language has no place for it', 'Quote it, or remove it.'),
  SYNTAX_UNKNOWN_ESCAPE: e(
    'a backslash in double quotes before a character without meaning',
    String.raw`Write \\ for a backslash, or use single quotes.`,
  ),
  SYNTAX_LONE_DOLLAR: e('a dollar that begins no variable', String.raw`Write \$, or use single quotes.`),
  SYNTAX_VARIABLE_PATH: e('what is in ${ } is no name with a path', 'Write ${name.field[0]}.'),
  SYNTAX_MISSING_COMMAND: e(
    'nothing stands where a command was expected',
    'Write the command, or remove the operator.',
  ),
  SYNTAX_MISSING_FILE: e('a redirect without a file', 'Write the file after > or <.'),
  SYNTAX_MISSING_OPERAND: e(
    'a comparison lacks a side',
    'Write a field on the left and a value on the right.',
  ),
  SYNTAX_SINGLE_EQUALS: e('= or ! alone in a condition', 'Write == or !=.'),
  SYNTAX_LET: e('let is not let NAME = VALUE', 'Write one value, or $( … ) for a command.'),
  SYNTAX_TOO_DEEP: e('nested deeper than 64 levels', 'Give inner parts names with let.'),
  BIND_UNKNOWN_FIELD: e(
    'no row has that field',
    'Take the nearest name; write name? for a field that may be missing.',
  ),
  BIND_UNKNOWN_VARIABLE: e(
    'the variable has no value',
    'Give it one with let before; $it exists inside each only.',
  ),
  BIND_VARIABLE_EXISTS: e('a variable is set a second time', 'Use another name.'),
  BIND_TYPE_MISMATCH: e(
    'one stage gives what the next one does not take',
    'Put from json, to json or each between them.',
  ),
  BIND_NO_INPUT: e('a verb for rows has nothing before it', 'Put a command and | before it.'),
  BIND_COMPARISON: e(
    'a comparison that means nothing',
    'Compare age with a duration, and fields with values.',
  ),
  BIND_PATTERN: e(
    'a regular expression is broken',
    'Quote it in single quotes and escape what is meant literally.',
  ),
  BIND_BLOCK: e('a block where none is taken, or each without one', 'Write each { … }.'),
  BIND_COMMAND_LITERAL: e('the name of a command comes from a variable', 'Write the name out.'),
  BIND_EXTERNAL: e('other programs are not run here', 'Leave out --restricted, or the ^.'),
  BIND_BACKGROUND: e('a job outside a session', 'Leave out the &.'),
  BIND_REDIRECT: e('output redirected twice', 'Use save FILE in the middle for one of the files.'),
  MANIFEST_NOT_FOUND: e('the registry has no such manifest', 'List with tags; check the digest.'),
  TAG_NOT_FOUND: e('the repository has no such tag', 'Take the nearest, or list with tags.'),
  GLOB_NO_MATCH: e(
    'a pattern stands for nothing',
    'Check it with ls, or quote it where it is meant literally.',
  ),
  BLOB_NOT_FOUND: e('the registry has no such blob', 'Check the digest and the repository.'),
  REPOSITORY_NOT_FOUND: e(
    'no such repository, or one may not see it',
    'Check the name with ls; log in for private ones.',
  ),
  UPLOAD_NOT_FOUND: e('the registry has forgotten the upload', 'Run the command again.'),
  PATH_NOT_FOUND: e('the artifact holds no such file', 'List it with ls REF.'),
  PLATFORM_NOT_FOUND: e(
    'the index has no entry for the platform',
    'Choose one that tree REF shows, with --platform.',
  ),
  FILE_NOT_FOUND: e('no such file or folder', 'Check the path.'),
  REGISTRY_UNAUTHORIZED: e('the registry wants a login, or refuses the one it got', 'Run login HOST.'),
  REGISTRY_DENIED: e('the account may not do this', 'Use another account, or ask for the permission.'),
  CREDENTIALS_INVALID: e(
    'stored credentials cannot be read',
    'Correct the file that is named, or remove it and run login HOST.',
  ),
  CREDENTIAL_HELPER_FAILED: e('a credential helper failed', 'Run the helper by hand.'),
  NETWORK_FAILED: e(
    'the registry cannot be reached',
    'Check the host name, the network and the proxy; doctor HOST tells more.',
  ),
  NETWORK_TLS: e('the certificate of the registry is not trusted', 'Name its authority with --ca-file.'),
  NETWORK_TIMEOUT: e('no answer in time', 'Try again, or raise the limit in the configuration.'),
  REGISTRY_RATE_LIMITED: e('too many requests for this registry', 'Wait, log in, or lower --concurrency.'),
  REGISTRY_UNAVAILABLE: e('the registry answers with failures of its own', 'Try again later.'),
  UNSUPPORTED: e(
    'the registry or the location cannot do this',
    'Use another way; the message names what is missing.',
  ),
  NOT_MODIFIED: e('nothing has changed since', 'Nothing has to be done.'),
  REGISTRY_PROTOCOL: e(
    'the registry answered against the specification',
    'Look at it with --trace; report it to its operator.',
  ),
  REGISTRY_REJECTED: e(
    'the registry refused the content',
    'Correct what the registry names, or ask its operator.',
  ),
  REDIRECT_REFUSED: e(
    'a redirect that is not followed for safety',
    'Check the registry; credentials never leave their origin.',
  ),
  MANIFEST_INVALID: e(
    'a manifest is not JSON or not what it says',
    'Run validate for the list of findings, and push it again with a current tool.',
  ),
  MANIFEST_REFERS_TO_MISSING: e(
    'the manifest names blobs that are not there',
    'Push the blobs first, or copy the whole artifact.',
  ),
  LAYOUT_INVALID: e(
    'the folder is no image layout',
    'Check the folder; oci-layout and index.json have to be in it.',
  ),
  ARCHIVE_INVALID: e('the archive cannot be read', 'Make it again.'),
  LIMIT_EXCEEDED: e(
    'something is larger than is accepted',
    'Narrow the request, or raise the limit in the configuration.',
  ),
  PRECONDITION_FAILED: e('somebody else changed it in the meantime', 'Run the command again.'),
  UPLOAD_RANGE_INVALID: e('the parts of an upload do not fit', 'Run the command again.'),
  DIGEST_MISMATCH: e(
    'the bytes are not those of the digest',
    'Try again; when it stays, the content is damaged or forged.',
  ),
  SIZE_MISMATCH: e(
    'there are more or fewer bytes than announced',
    'Try again; when it stays, the content is damaged or forged.',
  ),
  ARCHIVE_UNSAFE: e('an archive tries to write outside its folder', 'Do not use it.'),
  SIGNATURE_INVALID: e(
    'a signature does not fit the content or the keys',
    'Do not use it, or name the keyring that has the key.',
  ),
  FILE_EXISTS: e('a file of that name is there', 'Choose another place, or add --force.'),
  FILE_FAILED: e('a file cannot be read or written', 'Check permissions and room; the cause says which.'),
  INPUT_INVALID: e('what from read is not in that form', 'Check the input at the line named.'),
  TARGET_NOT_EMPTY: e('the target folder has files in it', 'Choose an empty one, or add --force.'),
  TARGET_UNSAFE: e('a path would leave the target folder', 'Do not use the artifact.'),
  CACHE_LOCKED: e('another process holds the store', 'Wait for it, or end it.'),
  CACHE_FAILED: e(
    'the store cannot be read or written',
    'Check permissions and room; cache clear makes a new one.',
  ),
  KIND_FAILED: e('the code of a kind failed', 'Report it to its author; --as generic goes without it.'),
  EXTERNAL_FAILED: e(
    'another program failed or could not be started',
    'Run it by hand; its own message is above.',
  ),
  PLUGIN_FAILED: e('a plugin crashed, is missing or denied', 'Run plugin doctor.'),
  PLUGIN_API_UNSUPPORTED: e('the plugin was made for another version', 'Update the plugin or ocish.'),
  PARTIAL: e('some of many failed', 'Read the failures; run it again for those.'),
  DEADLINE_EXCEEDED: e('the time of --timeout is over', 'Give it more time.'),
  INTERRUPTED: e('interrupted by Ctrl-C', 'Run it again; nothing is half written.'),
  TERMINATED: e('ended by a signal', 'Run it again; nothing is half written.'),
  BROKEN_PIPE: e('the reader of the output has gone', 'Nothing has to be done.'),
  INTERNAL: e(
    'a mistake of ours or of a kind',
    'Report it with the version and the lines below the message.',
  ),
}

/** Codes of an end that somebody wanted: nobody has to be told a way out. */
const wanted: ReadonlySet<string> = new Set(['INTERRUPTED', 'TERMINATED', 'BROKEN_PIPE', 'NEGATIVE_ANSWER'])

/** What helps against an error of this code in general, as one sentence; undefined where nothing has to. */
export function wayOutOf(code: string): string | undefined {
  return Object.hasOwn(errorCodes, code) && !wanted.has(code) ? errorCodes[code]?.wayOut : undefined
}

/** Help for one code, `help TAG_NOT_FOUND`; undefined for what is none. */
export function errorHelp(code: string): HelpDocument | undefined {
  const found = Object.hasOwn(errorCodes, code) ? errorCodes[code] : undefined
  if (found === undefined) return undefined
  const paragraphs = [`Cause: ${found.cause}.`, found.wayOut, `Exit status ${exitOfCode(code)}.`]
  return { name: code, summary: found.cause, blocks: [{ form: 'text', paragraphs }] }
}

/** `docs/errors.md`. */
export function errorsPage(): string {
  const rows = Object.keys(errorCodes)
    .toSorted()
    .map(
      (code) =>
        `| \`${code}\` | ${exitOfCode(code)} | ${cell(errorCodes[code]!.cause)} | ${cell(errorCodes[code]!.wayOut)} |`,
    )
  return `# Errors

Every error has a code, a sentence and, where there is one, a way out. \`--errors json\` prints them as data; \`help CODE\`
shows what is here. Generated from \`packages/shell/src/error-codes.ts\`.

| code | exit | cause | way out |
|---|---|---|---|
${rows.join('\n')}
`
}

function exitOfCode(code: string): number {
  return code === 'INTERNAL' ? 70 : exitOf(code)
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}
