import fs from 'node:fs'
import { homedir } from 'node:os'
import { OcishError } from '@ocish/sdk'
import { type CommonFlags, fromArgv, parse, type SourceText } from '@ocish/shell'
import { allKinds, builtInKinds, helpDocument, pathsFrom } from '@ocish/host'
import { commandTable } from './command-table.ts'
import { type Door, doorOf } from './doors.ts'
import { type ProgramRequest, runProgram } from './run-program.ts'
import { inputIsTerminal } from './is-terminal.ts'
import { onSignals } from './signals.ts'
import { standardInput } from './standard-input.ts'
import { Terminal } from './terminal.ts'

/** Runs what the arguments of the process say, through whichever door it comes. Answers the exit status. */
export async function runWords(words: readonly string[], version: string): Promise<number> {
  const session = await sessionAt(words, version)
  if (session !== undefined) return session
  const terminal = new Terminal(flagsBefore(words))
  using scope = new DisposableStack()
  scope.use(onSignals((reason) => terminal.stop(reason)))
  let source: SourceText | undefined
  try {
    const door = doorOf(words)
    const kinds = door.flags.restricted ? builtInKinds() : allKinds(pathsFrom(process.env, homedir()))
    const request = await requestOf(door, terminal)
    source = request.parsed.source
    const commands = commandTable(kinds)
    const status = await runProgram(request, { terminal, version, kinds, commands, helpDocument })
    await terminal.end()
    return status
  } catch (error) {
    // What was printed before it failed still belongs to the output.
    await terminal.end().catch(() => undefined)
    return terminal.fail(error, source)
  }
}

/** Without a program, at a terminal: the interactive session. */
async function sessionAt(words: readonly string[], version: string): Promise<number | undefined> {
  // A word after a flag may be its value; whether it is one is looked up only then.
  const isFlag = (word: string | undefined): boolean => word !== undefined && /^-./.test(word)
  const mayBe = words.every((word, index) => isFlag(word) || isFlag(words[index - 1]))
  if (!mayBe || !inputIsTerminal() || !process.getBuiltinModule('node:tty').isatty(1)) return undefined
  return (await import('./open-session.ts')).openSession(words, version)
}

/** The program as a tree, and where its data comes from. Errors: USAGE_CONFLICT, FILE_NOT_FOUND, FILE_FAILED, LIMIT_EXCEEDED. */
async function requestOf(door: Door, terminal: Terminal): Promise<ProgramRequest> {
  const { flags } = door
  switch (door.kind) {
    case 'argv':
      return { parsed: fromArgv(door.words), args: [], flags, input: true }
    case 'text':
      return { parsed: parse(door.text, '-c'), args: door.args, flags, input: true }
    case 'file':
      return { parsed: parse(await scriptIn(door.path), door.path), args: door.args, flags, input: true }
    case 'stdin':
      return { parsed: await scriptFromInput(terminal), args: door.args, flags, input: false }
    case 'none': {
      if (flags.restricted && inputIsTerminal())
        throw new OcishError('USAGE_CONFLICT', 'a session at a terminal cannot be restricted', {
          hint: 'Name a program: -c TEXT, -f FILE or a command; or leave out --restricted.',
        })
      const parsed = inputIsTerminal() ? fromArgv(['help']) : await scriptFromInput(terminal)
      return { parsed, args: [], flags, input: false }
    }
    default:
      return door satisfies never
  }
}

/** A program is written by people. */
const maxScript = 16 * 1024 * 1024

async function scriptIn(path: string): Promise<string> {
  try {
    const { size } = await fs.promises.stat(path)
    if (size <= maxScript) return await fs.promises.readFile(path, 'utf8')
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new OcishError(
      missing ? 'FILE_NOT_FOUND' : 'FILE_FAILED',
      missing ? `no script ${path}` : `cannot read the script ${path}`,
      { cause },
    )
  }
  throw new OcishError('LIMIT_EXCEEDED', `${path} is larger than 16 MiB`)
}

async function scriptFromInput(terminal: Terminal): Promise<ReturnType<typeof parse>> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of standardInput(terminal.signal) ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > maxScript)
      throw new OcishError('LIMIT_EXCEEDED', 'the program on standard input is larger than 16 MiB')
  }
  return parse(text + decoder.decode(), 'stdin')
}

const errorForms: readonly NonNullable<CommonFlags['errors']>[] = ['fancy', 'plain', 'json']

/** How a mistake in the line itself is shown, before the line could be read. */
function flagsBefore(words: readonly string[]): Pick<CommonFlags, 'color' | 'ascii' | 'quiet' | 'errors'> {
  const at = words.findIndex((word) => word === '--errors' || word.startsWith('--errors='))
  const given = words[at]?.split('=')[1] ?? words[at + 1]
  const form = at < 0 ? undefined : errorForms.find((one) => one === given)
  const errors = form === undefined ? {} : { errors: form }
  return { color: 'auto', ascii: words.includes('--ascii'), quiet: false, ...errors }
}
