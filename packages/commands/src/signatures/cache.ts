import { blobRow, usageRow, type Signature } from '@ocish/shell'

export const cacheLsSignature: Signature = {
  name: 'cache ls',
  summary: 'list the blobs of the store',
  params: [],
  flags: [],
  input: 'none',
  output: { form: 'rows', row: blobRow },
  effect: 'L',
  examples: [{ line: 'cache ls', note: 'with their last use' }],
  exits: [8],
  since: '0.1',
  group: 'local',
}

export const cacheDuSignature: Signature = {
  name: 'cache du',
  summary: 'show what the repositories in the store take',
  params: [],
  flags: [],
  input: 'none',
  output: { form: 'rows', row: usageRow },
  effect: 'L',
  examples: [{ line: 'cache du', note: 'shared bytes counted once' }],
  exits: [8],
  since: '0.1',
  group: 'local',
}

export const cachePruneSignature: Signature = {
  name: 'cache prune',
  summary: 'remove what the store has not used for long',
  params: [],
  flags: [
    { name: 'older', type: 'duration', summary: 'not used for this time; default 30d, or none with --keep' },
    { name: 'keep', type: 'size', summary: 'keep at most this much, the last used first' },
  ],
  input: 'none',
  output: { form: 'rows', row: blobRow },
  effect: 'D',
  examples: [{ line: 'cache prune --older 30d --yes', note: 'a month' }],
  exits: [2, 8],
  since: '0.1',
  group: 'local',
}

export const cacheClearSignature: Signature = {
  name: 'cache clear',
  summary: 'empty the store',
  params: [],
  flags: [],
  input: 'none',
  output: { form: 'rows', row: blobRow },
  effect: 'D',
  examples: [{ line: 'cache clear --yes', note: 'everything that can be fetched again' }],
  exits: [2, 8],
  since: '0.1',
  group: 'local',
}
