import { checkRow, type Param, pluginRow, type RowType, type Signature } from '@ocish/shell'

const name: Param = { name: 'name', type: 'string', summary: 'of the plugin' }
const output = { form: 'rows', row: pluginRow } as const
const pathRow: RowType = { name: 'File', columns: [{ name: 'path', type: 'string' }] }

type Given = Pick<Signature, 'name' | 'summary' | 'examples'> & Partial<Signature>

function plugin(given: Given): Signature {
  return {
    params: [],
    flags: [],
    input: 'none',
    output,
    effect: 'L',
    exits: [8, 9],
    since: '0.1',
    group: 'local',
    ...given,
  }
}

export const pluginAddSignature: Signature = plugin({
  name: 'plugin add',
  summary: 'install the kinds of somebody else',
  description:
    'From a folder or an archive (./path), an OCI reference, or an npm package. Nothing of it is run but its kinds, in a ' +
    'process of their own that reads only its folder. What that process can reach is the network.',
  params: [{ name: 'source', type: 'string', summary: 'a path, a reference or a package' }],
  flags: [{ name: 'trust', type: 'bool', summary: 'its publisher is trusted' }],
  exits: [2, 3, 4, 5, 7, 8, 9],
  examples: [
    { line: 'plugin add ./ocish-kind-note', note: 'from a folder' },
    { line: 'plugin add ghcr.io/team/kinds/note:1.0.0 --trust', note: 'from a registry' },
  ],
})

export const pluginLsSignature: Signature = plugin({
  name: 'plugin ls',
  summary: 'list the installed plugins',
  examples: [{ line: 'plugin ls', note: 'with the kinds they bring' }],
})

export const pluginInfoSignature: Signature = plugin({
  name: 'plugin info',
  summary: 'show what is known of a plugin',
  params: [name],
  output: { form: 'value', type: 'record' },
  examples: [{ line: 'plugin info ocish-kind-note', note: 'its digest and its publisher' }],
})

export const pluginRmSignature: Signature = plugin({
  name: 'plugin rm',
  summary: 'remove a plugin',
  params: [name],
  examples: [{ line: 'plugin rm ocish-kind-note', note: 'its files, too' }],
})

export const pluginEnableSignature: Signature = plugin({
  name: 'plugin enable',
  summary: 'use the kinds of a plugin again',
  params: [name],
  examples: [{ line: 'plugin enable ocish-kind-note', note: 'from the next line on' }],
})

export const pluginDisableSignature: Signature = plugin({
  name: 'plugin disable',
  summary: 'keep a plugin without using it',
  params: [name],
  examples: [{ line: 'plugin disable ocish-kind-note', note: 'until it is enabled' }],
})

export const pluginDoctorSignature: Signature = plugin({
  name: 'plugin doctor',
  summary: 'look what is wrong with plugins',
  params: [{ ...name, optional: true }],
  output: { form: 'rows', row: checkRow },
  exits: [1, 8, 9],
  examples: [{ line: 'plugin doctor', note: 'all of them' }],
})

export const pluginNewSignature: Signature = plugin({
  name: 'plugin new',
  summary: 'write a kind of your own to begin with',
  params: [{ ...name, summary: 'of the kind' }],
  output: { form: 'rows', row: pathRow },
  examples: [{ line: 'plugin new note', note: 'into ./ocish-kind-note' }],
})
