import type { RowType, Signature } from '@ocish/shell'

/** What happened at a watched place. */
const eventRow: RowType = {
  name: 'Event',
  columns: [
    { name: 'time', type: 'time' },
    { name: 'change', type: 'string' },
    { name: 'ref', type: 'ref' },
    { name: 'old', type: 'record', hidden: true },
    { name: 'new', type: 'record', hidden: true },
  ],
  reference: 'ref',
}

export const watchSignature: Signature = {
  name: 'watch',
  summary: 'show what a location holds, again and again; gives what came, went or changed',
  description:
    'A session shows it on the whole screen, and --on-change { diff ${it.old} ${it.new} } runs something beside the ' +
    'prompt each time. A script gets a row each time: watch app | each { cp $it mirror/ }.',
  input: 'none',
  effect: 'R',
  exits: [1, 3, 4, 5],
  since: '0.1',
  group: 'browse',
  params: [{ name: 'location', type: 'location', summary: 'a tag, or whatever ls lists' }],
  flags: [
    { name: 'every', type: 'duration', summary: 'how often', default: 5000 },
    {
      name: 'until',
      type: 'string',
      enum: ['new', 'gone', 'changed', 'any'],
      summary: 'end when this happens',
    },
    {
      name: 'on-change',
      type: 'string',
      line: true,
      summary:
        'a line or a block to run as a job each time; it knows ${it.change}, ${it.ref}, ${it.old}, ${it.new}',
      placeholder: 'LINE',
    },
  ],
  output: { form: 'rows', row: eventRow },
  examples: [
    { line: 'watch ghcr.io/team/app', note: 'every new tag; in a session on the whole screen, q leaves' },
    { line: 'watch ghcr.io/team/app:latest --until changed', note: 'waits for somebody to push' },
  ],
}
