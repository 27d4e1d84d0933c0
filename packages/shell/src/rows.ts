import type { Column, RowType } from './signature.ts'

/** Columns that cost nothing beyond the list itself. */
function eager(type: Column['type'], ...names: readonly string[]): Column[] {
  return names.map((name) => ({ name, type }))
}

/** Columns that cost a request per row: filled only when somebody reads them. */
function lazy(type: Column['type'], ...names: readonly string[]): Column[] {
  return names.map((name) => ({ name, type, lazy: true }))
}

function hidden(columns: readonly Column[]): Column[] {
  return columns.map((column) => ({ ...column, hidden: true }))
}

/** A registry this user has. */
export const registryRow: RowType = {
  name: 'Registry',
  reference: 'host',
  columns: [...eager('string', 'host', 'user'), ...eager('bool', 'default'), ...lazy('list', 'capabilities')],
}

/** A repository. */
export const repoRow: RowType = {
  name: 'Repo',
  reference: 'ref',
  columns: [
    ...eager('ref', 'ref'),
    ...hidden(eager('string', 'name', 'registry')),
    ...lazy('int', 'tags'),
    ...lazy('time', 'updated'),
  ],
}

/** A tag: all but the first two columns are lazy. */
export const tagRow: RowType = {
  name: 'Tag',
  reference: 'ref',
  columns: [
    ...hidden(eager('ref', 'ref')),
    ...eager('string', 'tag'),
    ...lazy('digest', 'digest'),
    ...lazy('string', 'kind'),
    ...hidden(lazy('mediatype', 'mediaType', 'artifactType')),
    ...lazy('size', 'size'),
    ...lazy('time', 'created'),
    ...lazy('duration', 'age'),
    ...lazy('list', 'platforms'),
  ],
}

/** Something inside an artifact: a layer or a file. */
export const entryRow: RowType = {
  name: 'Entry',
  reference: 'ref',
  columns: [
    ...hidden(eager('ref', 'ref')),
    ...eager('string', 'path', 'kind'),
    ...eager('size', 'size'),
    ...eager('digest', 'digest'),
    ...eager('mediatype', 'mediaType'),
    ...hidden(eager('string', 'mode')),
  ],
}

/** An artifact that points to another one. */
export const referrerRow: RowType = {
  name: 'Referrer',
  reference: 'ref',
  columns: [
    ...hidden(eager('ref', 'ref')),
    ...eager('digest', 'digest'),
    ...eager('string', 'kind'),
    ...eager('mediatype', 'artifactType'),
    ...eager('size', 'size'),
    ...eager('time', 'created'),
    ...hidden(eager('digest', 'subject')),
  ],
}

/** A node of an artifact's tree; `depth` starts at 0. */
export const nodeRow: RowType = {
  name: 'Node',
  reference: 'ref',
  tree: { depth: 'depth', label: 'label', relation: 'relation', group: 'referrer' },
  columns: [
    ...eager('int', 'depth'),
    ...eager('string', 'label'),
    ...hidden(eager('ref', 'ref')),
    ...eager('string', 'kind'),
    ...eager('digest', 'digest'),
    ...hidden(eager('mediatype', 'mediaType')),
    ...eager('size', 'size'),
    ...hidden(eager('string', 'platform')),
    ...eager('string', 'note'),
    ...hidden(eager('string', 'relation')),
  ],
}

/** A difference: `op` is `+`, `-` or `~`. */
export const changeRow: RowType = {
  name: 'Change',
  columns: [...eager('string', 'op', 'path'), ...eager('string', 'from', 'to')],
}

/** A descriptor that was copied or fetched; `status` is `done`, `existing`, `mounted`, `skipped` or `failed`. */
export const transferRow: RowType = {
  name: 'Transfer',
  reference: 'ref',
  columns: [
    ...eager('ref', 'ref'),
    ...eager('digest', 'digest'),
    ...eager('size', 'bytes', 'reused', 'mounted'),
    ...eager('int', 'ms'),
    ...eager('string', 'status'),
    ...hidden(eager('ref', 'source')),
  ],
}

/** Something that was done, or would be under `--dry-run`. */
export const actionRow: RowType = {
  name: 'Action',
  reference: 'ref',
  columns: [
    ...eager('string', 'op'),
    ...eager('ref', 'ref'),
    ...eager('digest', 'digest'),
    ...eager('string', 'reason', 'status'),
  ],
}

/** One question and its answer. */
export const checkRow: RowType = {
  name: 'Check',
  columns: [...eager('string', 'subject', 'check'), ...eager('bool', 'ok'), ...eager('string', 'detail')],
}

/** What validation found. */
export const findingRow: RowType = {
  name: 'Finding',
  columns: [
    ...eager('string', 'severity', 'code', 'path'),
    ...eager('int', 'line'),
    ...eager('string', 'message', 'hint'),
  ],
}

/** How much room something takes. */
export const usageRow: RowType = {
  name: 'Usage',
  reference: 'ref',
  columns: [...eager('ref', 'ref'), ...eager('size', 'size', 'unique', 'shared'), ...eager('int', 'count')],
}

/** A blob of the content store. */
export const blobRow: RowType = {
  name: 'Blob',
  reference: 'digest',
  columns: [
    ...eager('digest', 'digest'),
    ...eager('size', 'size'),
    ...eager('time', 'lastUse'),
    ...eager('list', 'repositories'),
  ],
}

/** Who one is at a registry; never a secret. */
export const accountRow: RowType = {
  name: 'Account',
  reference: 'host',
  columns: [...eager('string', 'host', 'user', 'source', 'status'), ...lazy('list', 'scopes')],
}

/** A plugin and the kinds it brings. */
export const pluginRow: RowType = {
  name: 'Plugin',
  columns: [
    ...eager('string', 'name', 'version', 'status'),
    ...eager('list', 'kinds'),
    ...eager('string', 'source', 'note'),
  ],
}

/** A setting and where its value comes from. */
export const settingRow: RowType = {
  name: 'Setting',
  columns: eager('string', 'key', 'value', 'source'),
}

/** What a kind needs: one row per dependency. */
export const dependencyRow: RowType = {
  name: 'Dependency',
  reference: 'ref',
  columns: [
    ...eager('string', 'name'),
    ...eager('ref', 'ref'),
    ...eager('digest', 'digest'),
    ...eager('string', 'from'),
  ],
}

/** What a running server tells. */
export const eventRow: RowType = {
  name: 'Event',
  columns: [...eager('time', 'time'), ...eager('string', 'event', 'detail')],
}

/** Where a server listens. */
export const endpointRow: RowType = {
  name: 'Endpoint',
  columns: [...eager('string', 'address', 'url', 'root'), ...eager('bool', 'readOnly')],
}

/** Every row type of the contract, by name. */
export const rowTypes: readonly RowType[] = [
  registryRow,
  repoRow,
  tagRow,
  entryRow,
  referrerRow,
  nodeRow,
  changeRow,
  transferRow,
  actionRow,
  checkRow,
  findingRow,
  usageRow,
  blobRow,
  accountRow,
  pluginRow,
  settingRow,
  dependencyRow,
  eventRow,
  endpointRow,
]
