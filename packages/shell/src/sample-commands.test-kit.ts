import { createCommands, type Commands } from './commands.ts'
import { changeRow, nodeRow, tagRow, transferRow } from './rows.ts'
import type { Signature } from './signature.ts'

function signature(parts: Partial<Signature> & Pick<Signature, 'name'>): Signature {
  return {
    summary: `the ${parts.name} command`,
    params: [],
    flags: [],
    input: 'none',
    output: { form: 'none' },
    effect: 'R',
    examples: [],
    exits: [],
    since: '0.1',
    group: 'browse',
    ...parts,
  }
}

/** A command table for the tests of this package: one of each shape. */
export const sampleSignatures: readonly Signature[] = [
  signature({
    name: 'tags',
    params: [{ name: 'repo', type: 'ref', many: true }],
    flags: [
      { name: 'match', type: 'string', summary: 'pattern of names' },
      { name: 'since', type: 'duration', summary: 'younger than' },
    ],
    output: { form: 'rows', row: tagRow },
    examples: [{ line: 'tags app --match v*', note: 'some tags' }],
  }),
  signature({
    name: 'cp',
    aliases: ['copy'],
    params: [
      { name: 'src', type: 'ref', many: true },
      { name: 'dst', type: 'location' },
    ],
    flags: [{ name: 'recursive', short: 'r', type: 'bool', summary: 'all below' }],
    output: { form: 'rows', row: transferRow },
    effect: 'W',
    group: 'move',
  }),
  signature({
    name: 'push',
    params: [
      { name: 'src', type: 'path', many: true },
      { name: 'ref', type: 'ref' },
    ],
    flags: [
      { name: 'type', type: 'mediatype', positional: true, summary: 'media type of the files after it' },
      { name: 'annotation', type: 'keyvalue', many: true, summary: 'annotation of the manifest' },
      { name: 'part-size', type: 'size', summary: 'size of a part', default: 1024 },
    ],
    output: { form: 'value', type: 'Pushed' },
    effect: 'W',
    group: 'move',
  }),
  signature({
    name: 'pull',
    params: [
      { name: 'ref', type: 'ref' },
      { name: 'dst', type: 'path', optional: true },
    ],
    output: { form: 'rows', row: transferRow },
    effect: 'W',
    group: 'move',
  }),
  signature({
    name: 'resolve',
    params: [{ name: 'ref', type: 'ref' }],
    output: { form: 'value', type: 'digest' },
  }),
  signature({ name: 'exists', params: [{ name: 'ref', type: 'ref', many: true }], exits: [1] }),
  signature({ name: 'manifest', params: [{ name: 'ref', type: 'ref' }], output: { form: 'bytes' } }),
  signature({
    name: 'manifest put',
    params: [
      { name: 'file', type: 'path' },
      { name: 'ref', type: 'ref' },
    ],
    effect: 'W',
    group: 'change',
  }),
  signature({ name: 'cache ls', group: 'local' }),
  signature({
    name: 'cache prune',
    flags: [{ name: 'older', type: 'duration', summary: 'age' }],
    effect: 'D',
  }),
  signature({ name: 'tree', params: [{ name: 'ref', type: 'ref' }], output: { form: 'rows', row: nodeRow } }),
  signature({
    name: 'diff',
    params: [
      { name: 'a', type: 'ref' },
      { name: 'b', type: 'ref' },
    ],
    output: { form: 'rows', row: changeRow },
    exits: [1],
  }),
  signature({
    name: 'login',
    params: [{ name: 'host', type: 'host' }],
    flags: [{ name: 'token', type: 'string', secret: true, summary: 'a secret' }],
    effect: 'L',
  }),
  signature({
    name: 'help',
    params: [{ name: 'topic', type: 'string', many: true, optional: true }],
    effect: 'L',
  }),
  signature({ name: 'version', effect: 'L' }),
]

export const sampleCommands: Commands = createCommands(sampleSignatures, {
  kinds: ['runconfig', 'helm'],
  options: [
    {
      kind: 'runconfig',
      option: { name: 'allow-env', type: 'string', many: true, summary: 'keep a variable', verbs: ['push'] },
    },
    { kind: 'helm', option: { name: 'sign-key', type: 'string', summary: 'a key', verbs: ['push'] } },
  ],
})
