import { checkRow, settingRow, type Signature } from '@ocish/shell'

export const setSignature: Signature = {
  name: 'set',
  summary: 'show or change the configuration',
  description:
    'Without arguments it shows every value and where it comes from: a variable of the environment, a file, or the default. With a value it writes the configuration file of the user and keeps its comments.',
  params: [
    { name: 'key', type: 'string', optional: true, summary: 'SECTION.NAME, such as defaults.output' },
    { name: 'value', type: 'string', optional: true, summary: 'the value to write; lists with commas' },
  ],
  flags: [{ name: 'rm', type: 'bool', summary: 'take the key out of the file' }],
  input: 'none',
  output: { form: 'rows', row: settingRow },
  effect: 'L',
  examples: [
    { line: 'set', note: 'every value, and where it comes from' },
    { line: 'set defaults.output json', note: 'JSON from now on' },
    { line: 'set registries.ghcr.io.alias gh', note: 'gh/app is ghcr.io/app' },
  ],
  exits: [2, 3],
  since: '0.1',
  group: 'local',
}

export const aliasSignature: Signature = {
  name: 'alias',
  summary: 'show or make abbreviations for a session',
  description: 'An abbreviation stands for the words it is made with. Scripts do not see it.',
  params: [
    { name: 'name', type: 'string', optional: true, summary: 'the abbreviation' },
    { name: 'words', type: 'string', optional: true, summary: 'what it stands for, as one argument' },
  ],
  flags: [{ name: 'rm', type: 'bool', summary: 'forget it' }],
  input: 'none',
  output: { form: 'rows', row: settingRow },
  effect: 'L',
  examples: [
    { line: 'alias', note: 'all of them' },
    { line: "alias t 'tags --limit 20'", note: 't app from now on' },
  ],
  exits: [2, 3],
  since: '0.1',
  group: 'local',
}

export const completionSignature: Signature = {
  name: 'completion',
  summary: 'print the completion of a shell',
  description:
    'bash: eval "$(ocish completion bash)" in .bashrc. zsh: the same in .zshrc, after compinit. fish: ocish completion fish | source.',
  params: [{ name: 'shell', type: 'string', enum: ['bash', 'zsh', 'fish'], summary: 'bash, zsh or fish' }],
  flags: [],
  input: 'none',
  output: { form: 'bytes' },
  effect: 'L',
  examples: [{ line: 'completion bash', note: 'for bash' }],
  exits: [2],
  since: '0.1',
  group: 'local',
}

export const doctorSignature: Signature = {
  name: 'doctor',
  summary: 'find out why a registry cannot be reached',
  description:
    'Looks at the name, the proxy, TLS, the sign-in and its credential, what the API can do (catalog, pages, referrers, delete), the clock and the rate limit, and says for each how it is. Nothing is changed.',
  params: [{ name: 'host', type: 'host', summary: 'the registry' }],
  flags: [],
  input: 'none',
  output: { form: 'rows', row: checkRow },
  effect: 'R',
  examples: [{ line: 'doctor ghcr.io', note: 'exit 1 when something is wrong' }],
  exits: [1],
  since: '0.1',
  group: 'local',
}
