import type { HelpDocument } from './help.ts'
import { verbs } from './verbs.ts'

/** Help that belongs to no single command. Plain data; `help topics` lists it. */
export const topics: readonly HelpDocument[] = [
  {
    name: 'references',
    summary: 'how artifacts and places are written',
    blocks: [
      {
        form: 'list',
        title: 'Forms',
        items: [
          {
            term: 'host[:port]/path[:tag][@digest]',
            text: 'an artifact in a registry; the host is always written',
          },
          { term: 'oci:DIR[:tag]', text: 'an OCI image layout on disk' },
          { term: 'tar:FILE[:tag]', text: 'an OCI or docker archive, told apart by content' },
          { term: 'docker-archive:FILE[:NAME:TAG]', text: 'what docker load reads' },
          { term: 'oci:DIR:@N, tar:FILE:@N', text: 'the image at that place of a layout or archive, from 0' },
          { term: 'cache:…', text: 'the content store of this machine' },
          { term: './path', text: 'a local file or folder' },
          { term: '-', text: 'standard input or output' },
          { term: 'REF//path', text: 'a file inside an artifact' },
        ],
      },
      {
        form: 'text',
        paragraphs: [
          'The prefixes docker:// and oci:// are accepted. There is no implicit docker.io: write docker.io/library/x.',
          'Patterns: * within one segment or tag, ? one character, ** across segments. Quoted patterns are literal.',
        ],
      },
    ],
  },
  {
    name: 'language',
    summary: 'pipes, rows, conditions, variables',
    blocks: [
      {
        form: 'examples',
        title: 'By example',
        items: [
          { term: 'tags app | where age < 30d | sort -r created | first 5', text: 'rows flow through verbs' },
          { term: 'let d = $(resolve app:1.0)', text: 'a name for a value, set once' },
          { term: 'exists "mirror/app@$d" || cp "app@$d" mirror/', text: '|| answers "no", not failures' },
          { term: 'try exists app:1.0 || push ./app app:1.0', text: 'try turns a failure into "no"' },
          { term: 'tags app | each { cp $it backup/ }', text: 'a block per row' },
          { term: 'manifest app:1.0 | ^jq .layers', text: 'another program' },
          {
            term: 'du app | sort -r size | to json > sizes.json',
            text: 'a file, written when all went well',
          },
        ],
      },
      {
        form: 'list',
        title: 'Verbs for rows and values',
        items: verbs.map(({ name, summary }) => ({ term: name, text: summary })),
      },
      {
        form: 'list',
        title: 'Conditions',
        items: [
          { term: '== != < <= > >= in', text: 'numbers, sizes (10MiB), durations (30d), times, text' },
          { term: '=~ !~ matches', text: "a regular expression: tag matches '^v1'" },
          { term: 'contains startswith endswith', text: 'parts of a text; contains also of a list' },
          { term: 'and or not ( )', text: 'joined; not binds closest' },
          { term: 'name?', text: 'a field that may be missing' },
          { term: 'a.b[0]."c.d"', text: 'a path; a name with dots in it stands in quotes' },
          { term: 'value', text: 'what flows, where that is no row: get tag | where value == latest' },
        ],
      },
      {
        form: 'list',
        title: 'Quoting',
        items: [
          { term: "'…'", text: 'literal' },
          { term: '"…"', text: String.raw`\n \t \r \" \\ \$ and $name, ${'${path}'}, $( … )` },
          { term: '$name', text: 'a variable; $repo:$tag means what it seems' },
          { term: '${env.HOME}', text: 'a path in a value' },
          { term: '...$list', text: 'each element as one argument' },
        ],
      },
    ],
  },
  {
    name: 'exit-codes',
    summary: 'what the exit status says',
    blocks: [
      {
        form: 'list',
        title: 'Exit status',
        items: [
          { term: '0', text: 'success' },
          { term: '1', text: 'a negative answer: differs, not verified, invalid, does not exist' },
          { term: '2', text: 'usage: a mistake in the program, found before anything of it ran' },
          { term: '3', text: 'not found where something was required' },
          { term: '4', text: 'authentication or permission' },
          { term: '5', text: 'network, TLS, timeout, 429 or 5xx after retries' },
          { term: '6', text: 'registry or protocol error' },
          { term: '7', text: 'integrity: a digest or size differs' },
          { term: '8', text: 'local input or output' },
          { term: '9', text: 'a plugin crashed, is missing or denied; another program failed' },
          { term: '10', text: 'partial: some of many failed' },
          { term: '124', text: 'the deadline of --timeout' },
          { term: '130, 143', text: 'cancelled by INT or TERM' },
          { term: '141', text: 'broken pipe' },
        ],
      },
    ],
  },
  {
    name: 'kinds',
    summary: 'artifact kinds and how one is chosen',
    blocks: [
      {
        form: 'text',
        paragraphs: [
          'A kind is chosen by artifactType, configuration media type, label, layer media type or annotation; the most specific match wins. --as KIND decides otherwise, and a [[match]] rule of the configuration for good (kind, repository-prefix and the others).',
          'With --as KIND a verb that reads also takes what that kind calls its artifacts: describe gs-base --as klaus-plugin, pull HOST/charts/web --as helm --version ^1.2.',
          'push and validate recognise the kind of a folder or file by what it holds. A kind may add options to push, pull, validate and convert, and commands under its own name.',
        ],
      },
    ],
  },
  {
    name: 'configuration',
    summary: 'files, environment and where values come from',
    blocks: [
      {
        form: 'list',
        title: 'Sections of config.toml',
        items: [
          {
            term: '[registries."HOST"]',
            text: 'alias, base, plain-http, insecure, ca, cert, key, credentials, realms, mirrors, default',
          },
          { term: '[defaults]', text: 'output, color, timeout, platform, concurrency, retries' },
          { term: '[limits]', text: 'glob, manifest, page, pages, max-wait' },
          { term: '[cache]', text: 'fresh-for, stale-for, stale-on-error' },
          { term: '[aliases]', text: 'abbreviations of a session' },
          { term: '[[match]]', text: 'which kind an artifact is' },
          { term: '[kinds.NAME]', text: 'what a kind or a family of kinds wants to know' },
        ],
      },
      {
        form: 'text',
        paragraphs: [
          'config.toml in the configuration folder ($XDG_CONFIG_HOME/ocish) holds registries, defaults and kinds; .ocish.toml in a project holds aliases and defaults only. OCISH_ variables and flags come last.',
          'mirrors of a registry are asked in their order for what is read, each with its own credentials; the digest decides. Where the configuration names none, containers-registries.conf(5) counts: prefixes, mirrors, pull-from-mirror, insecure mirrors, a moved location, blocked (writes too), and registries.conf.d. insecure of a registry itself does not: say insecure or plain-http here.',
          'set shows each value with where it comes from. Credentials are read from the files of docker and podman and from their helpers.',
        ],
      },
    ],
  },
]
