import { OcishError } from '@ocish/sdk'
import {
  bindArgv,
  commonFlags,
  type CommonFlags,
  createCommands,
  type Flag,
  type Signature,
} from '@ocish/shell'

/** What stands before the program: the flags for the whole of it. */
export interface DoorFlags {
  readonly common: CommonFlags
  /** Show what would run. */
  readonly explain: boolean
  /** Parse and bind only. */
  readonly check: boolean
  /** No other programs, no files outside the working folder, no credentials changed. */
  readonly restricted: boolean
  /** The registries that may be asked; absent: any. */
  readonly allowHosts?: readonly string[]
}

/** Where a program comes from (shell.md §2.7). */
export type Door = { readonly flags: DoorFlags } & (
  | { readonly kind: 'argv'; readonly words: readonly string[] }
  | { readonly kind: 'text'; readonly text: string; readonly args: readonly string[] }
  | { readonly kind: 'file'; readonly path: string; readonly args: readonly string[] }
  | { readonly kind: 'stdin'; readonly args: readonly string[] }
  /** No program was named. */
  | { readonly kind: 'none' }
)

const ownFlags: readonly Flag[] = [
  { name: 'command', short: 'c', type: 'string', placeholder: 'TEXT', summary: 'run this program' },
  { name: 'file', short: 'f', type: 'path', placeholder: 'FILE', summary: 'run the program in this file' },
  { name: 'explain', type: 'bool', summary: 'show what would run, run nothing' },
  { name: 'check', type: 'bool', summary: 'look for mistakes, run nothing' },
  { name: 'restricted', type: 'bool', summary: 'no other programs, no files outside the working folder' },
  { name: 'allow-host', type: 'host', many: true, placeholder: 'HOST', summary: 'ask this registry only' },
]

const signature: Signature = {
  name: 'ocish',
  summary: 'run a program',
  params: [],
  flags: ownFlags,
  input: 'none',
  output: { form: 'none' },
  effect: 'L',
  examples: [],
  exits: [],
  since: '0.1',
  group: 'session',
}

/** Sorts the arguments of the process: flags for the whole program, then the program. Errors: USAGE_…. */
export function doorOf(words: readonly string[]): Door {
  const own: string[] = []
  let text: string | undefined
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!
    const rest = words.slice(index + 1)
    if (word === '-' && text === undefined)
      return { kind: 'stdin', args: argsOfScript(rest), flags: flagsOf(own) }
    if (word === '--' && text !== undefined) return { kind: 'text', text, args: rest, flags: flagsOf(own) }
    if (!/^-./.test(word) || word === '--') {
      const args = words.slice(index)
      return text === undefined ? argv(own, args) : { kind: 'text', text, args, flags: flagsOf(own) }
    }
    const flag = flagNamed(word)
    if (flag === undefined && text === undefined) return argv(own, words.slice(index))
    const value = flag === undefined || flag.type === 'bool' ? undefined : valueOf(word, rest[0])
    if (value?.separate === true) index += 1
    if (flag?.name === 'file' && value !== undefined && text === undefined)
      return {
        kind: 'file',
        path: value.text,
        args: argsOfScript(words.slice(index + 1)),
        flags: flagsOf(own),
      }
    if (flag?.name === 'command' && value !== undefined && text === undefined) text = value.text
    else own.push(word, ...(value?.separate === true ? [value.text] : []))
  }
  const flags = flagsOf(own)
  if (text !== undefined) return { kind: 'text', text, args: [], flags }
  return flags.common.help ? { kind: 'argv', words: ['help'], flags } : { kind: 'none', flags }
}

/** Flags that hold a program back: behind a script they would be its arguments, and hold nothing back. */
const reins = ['dry-run', 'check', 'explain', 'restricted', 'allow-host', 'offline']

/** What is behind a script is for the script, as it is; a first `--` says so. Errors: USAGE_CONFLICT for a rein. */
function argsOfScript(words: readonly string[]): readonly string[] {
  if (words[0] === '--') return words.slice(1)
  const end = words.indexOf('--')
  const rein = words
    .slice(0, end < 0 ? undefined : end)
    .find((word) => reins.includes(/^--([^=]+)/.exec(word)?.[1] ?? ''))
  if (rein === undefined) return words
  throw new OcishError('USAGE_CONFLICT', `${rein} behind the script is one of its arguments`, {
    hint: 'Write it before the script; put -- behind the script where it is meant for it.',
  })
}

function argv(own: readonly string[], words: readonly string[]): Door {
  const flags = flagsOf(own)
  const [head, ...rest] = words
  if (head === '--version' || head === '-V') return { kind: 'argv', words: ['version', ...rest], flags }
  // `--help push` asks what `help push` does.
  const help = flags.common.help && head !== undefined && !head.startsWith('-')
  return { kind: 'argv', words: help ? ['help', ...words] : words, flags }
}

function flagNamed(word: string): Flag | undefined {
  const long = /^--([^=]+)/.exec(word)?.[1]
  const all = [...ownFlags, ...commonFlags]
  if (long !== undefined) return all.find((flag) => flag.name === long)
  return all.find((flag) => flag.short === word[1])
}

/** `--flag=value`, `-fvalue`, or the next word. */
function valueOf(
  word: string,
  next: string | undefined,
): { readonly text: string; readonly separate: boolean } | undefined {
  const inline = word.startsWith('--') ? /=(.*)$/s.exec(word)?.[1] : word.slice(2).replace(/^=/, '')
  if (inline !== undefined && (inline !== '' || word.includes('='))) return { text: inline, separate: false }
  return next === undefined ? undefined : { text: next, separate: true }
}

function flagsOf(words: readonly string[]): DoorFlags {
  // The mistake of a missing value is the binder's to tell.
  const { common, flags } = bindArgv([signature.name, ...words], createCommands([signature]))
  const hosts = flags['allow-host']
  return {
    common,
    explain: flags['explain'] === true,
    check: flags['check'] === true,
    restricted: flags['restricted'] === true,
    ...(Array.isArray(hosts) ? { allowHosts: hosts.map(String) } : {}),
  }
}
