import { type RowType, type Signature, transferRow } from '@ocish/shell'
import { asFlag } from './as-flag.ts'
import { limitRateFlag } from './copy-flags.ts'

/** What was written where: a Transfer with the path of its file. */
const fileRow: RowType = {
  ...transferRow,
  columns: [{ name: 'path', type: 'string' }, ...transferRow.columns],
}

export const pullSignature: Signature = {
  name: 'pull',
  summary: 'write the files of an artifact to disk',
  description:
    'A kind that knows what is inside writes it (a chart, a run configuration); of anything else, and with --as generic, ' +
    'the layers that carry the name of a file are written. Without a folder the files go into the working folder and only names that exist are refused. A folder that ' +
    'holds something is refused unless --force, which replaces it as a whole. A folder that the kind unpacked before ' +
    'is replaced without being asked, and left as it is when it is up to date. What of large files has arrived is kept ' +
    'when the command ends before them, and the next run asks for the rest.',
  params: [
    { name: 'ref', type: 'ref', summary: 'tag or digest' },
    { name: 'folder', type: 'path', optional: true, summary: 'where to; made when it is not there' },
  ],
  flags: [
    { name: 'unpack', type: 'bool', summary: 'write what the kind makes of it' },
    { ...asFlag, summary: 'read it as this kind, and take its short names' },
    {
      name: 'include',
      type: 'string',
      many: true,
      placeholder: 'GLOB',
      summary: 'only these files, or folders',
    },
    {
      name: 'exclude',
      type: 'string',
      many: true,
      placeholder: 'GLOB',
      summary: 'all but these files, or folders',
    },
    { name: 'force', type: 'bool', summary: 'replace what is there' },
    limitRateFlag,
  ],
  input: 'none',
  output: { form: 'rows', row: fileRow },
  effect: 'L',
  examples: [
    { line: 'pull ghcr.io/team/report:1', note: 'its files into the working folder' },
    { line: "pull ghcr.io/team/site:1 ./out --include 'site/docs/**'", note: 'a part of a folder' },
    { line: 'pull ghcr.io/team/report:1 ./out --force', note: 'replace ./out as a whole' },
  ],
  exits: [3, 4, 5, 7, 8, 9],
  since: '0.1',
  group: 'move',
}
