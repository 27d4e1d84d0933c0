import { endpointRow, type Signature } from '@ocish/shell'

export const serveSignature: Signature = {
  name: 'serve',
  summary: 'serve a folder of repositories, or the store, as a registry',
  description:
    'Runs until it is interrupted. Only this machine can reach it unless --addr says otherwise; that needs --users or --allow-remote.',
  params: [
    {
      name: 'folder',
      type: 'path',
      optional: true,
      summary: 'a layout, or a folder of layouts; default: the store',
    },
  ],
  flags: [
    {
      name: 'addr',
      type: 'string',
      summary: 'address and port; port 0: a free one',
      default: '127.0.0.1:5000',
      placeholder: 'HOST:PORT',
    },
    {
      name: 'upstream',
      type: 'location',
      placeholder: 'HOST[/NAMESPACE]',
      summary: 'serve this registry through the store: every blob is fetched once, tags are asked for again',
    },
    { name: 'readonly', type: 'bool', summary: 'refuse writes' },
    { name: 'sparse', type: 'bool', summary: 'take indexes some of whose manifests are missing' },
    {
      name: 'allow-remote',
      type: 'bool',
      summary: 'let other machines in without a sign-in, where --addr is reached by them',
    },
    {
      name: 'users',
      type: 'path',
      placeholder: 'FILE',
      summary: 'only these may use it: NAME:PASSWORD lines, in a file that nobody else can read',
    },
  ],
  input: 'none',
  output: { form: 'rows', row: endpointRow },
  effect: 'L',
  examples: [
    { line: 'serve ./registry --addr 127.0.0.1:0', note: 'on a free port, printed as a row' },
    { line: 'serve --upstream ghcr.io/team', note: 'a cache for the neighbours of this machine' },
  ],
  exits: [8],
  since: '0.1',
  group: 'local',
}
