import { accountRow, type Signature } from '@ocish/shell'

export const loginSignature: Signature = {
  name: 'login',
  summary: 'check and store the credentials of a registry',
  description:
    'The server is asked before anything is stored. The password comes from standard input or a prompt, never from the command line.',
  params: [{ name: 'host', type: 'host', summary: 'registry, with its port' }],
  flags: [
    { name: 'username', short: 'u', type: 'string', summary: 'name of the account' },
    { name: 'password-stdin', type: 'bool', summary: 'read the password from standard input', secret: true },
  ],
  input: 'bytes',
  output: { form: 'rows', row: accountRow },
  effect: 'L',
  examples: [
    { line: 'login ghcr.io --username me --password-stdin', note: 'with the password on standard input' },
  ],
  exits: [2, 4, 5],
  since: '0.1',
  group: 'session',
}

export const logoutSignature: Signature = {
  name: 'logout',
  summary: 'remove the credentials of a registry',
  params: [{ name: 'host', type: 'host', summary: 'registry, with its port' }],
  flags: [],
  input: 'none',
  output: { form: 'rows', row: accountRow },
  effect: 'L',
  examples: [{ line: 'logout ghcr.io', note: 'status 1 when there were none' }],
  exits: [1],
  since: '0.1',
  group: 'session',
}

export const whoamiSignature: Signature = {
  name: 'whoami',
  summary: 'show which credentials are used where',
  params: [{ name: 'host', type: 'host', optional: true, summary: 'only this registry' }],
  flags: [],
  input: 'none',
  output: { form: 'rows', row: accountRow },
  effect: 'R',
  examples: [
    { line: 'whoami', note: 'every registry with credentials' },
    { line: 'whoami ghcr.io', note: 'status 1 when there are none' },
  ],
  exits: [1],
  since: '0.1',
  group: 'session',
}
