import { expect, test } from 'vitest'
import { bindArgv } from './bind-argv.ts'
import { createCommands } from './commands.ts'
import type { Problem } from './problem.ts'
import { toProblem } from './problem.ts'
import { formatCall } from './format-call.ts'
import { sampleCommands, sampleSignatures } from './sample-commands.test-kit.ts'

const bind = (...words: string[]) => bindArgv(words, sampleCommands)

function problemOf(...words: string[]): Problem {
  try {
    bindArgv(words, sampleCommands)
  } catch (error) {
    return toProblem(error)
  }
  throw new Error(`no error for ${words.join(' ')}`)
}

/** The part of the source that a problem marks. */
const marked = (problem: Problem): string | undefined =>
  problem.source?.text.slice(problem.span?.from, problem.span?.to)

test('a many parameter in the middle leaves the last argument to the one after it', () => {
  expect(bind('cp', 'a:1', 'b:1', 'mirror/').args).toEqual({ src: ['a:1', 'b:1'], dst: 'mirror/' })
  expect(bind('copy', 'a:1', 'mirror/').args).toEqual({ src: ['a:1'], dst: 'mirror/' })
})

test('two-word commands win over one word and its argument', () => {
  expect(bind('manifest', 'put', 'f.json', 'app:1').signature.name).toBe('manifest put')
  expect(bind('manifest', 'app:1').signature.name).toBe('manifest')
})

test('flags come as --x=v, --x v, -x v, -xv, in groups, negated, and end at --', () => {
  expect(bind('tags', 'app', '--match=v*').flags['match']).toBe('v*')
  expect(bind('tags', '--match', 'v*', 'app').flags['match']).toBe('v*')
  expect(bind('tags', 'app', '-o', 'json').common.output).toBe('json')
  expect(bind('tags', 'app', '-ojson').common.output).toBe('json')
  const grouped = bind('cp', '-ryqvv', 'a', 'b')
  expect(grouped.flags).toMatchObject({ recursive: true, yes: true, quiet: true, verbose: 2 })
  expect(bind('cp', '-r', '--no-recursive', 'a', 'b').flags['recursive']).toBe(false)
  expect(bind('cp', '--', '-a', '--b').args).toEqual({ src: ['-a'], dst: '--b' })
  expect(bind('tags', 'app', '--match', '-x').flags['match']).toBe('-x')
  expect(bind('pull', 'app', '-').args).toEqual({ ref: 'app', dst: '-' })
})

test('values have the type of their parameter', () => {
  expect(bind('tags', 'app', '--since', '30d').flags['since']).toBe(30 * 86_400e3)
  expect(bind('push', 'f', 'app', '--part-size', '10MiB').flags['part-size']).toBe(10 * 2 ** 20)
  expect(bind('push', 'f', 'app').flags['part-size']).toBe(1024)
  expect(bind('push', 'f', 'app', '--annotation', 'a=b=c').flags['annotation']).toEqual([
    { key: 'a', value: 'b=c' },
  ])
  expect(bind('tags', 'app', '--platform', 'linux/arm64/v8').common.platform).toEqual({
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
  })
  expect(bind('tags', 'app', '--timeout', '90').common.timeout).toBe(90_000)
  expect(bind('tags', 'app', '--columns', 'tag,digest').common.columns).toEqual(['tag', 'digest'])
})

test('a positional flag applies to the files after it', () => {
  const call = bind('push', 'z', '--type', 'text/plain', 'a', 'b', '--type', 'text/html', 'c', 'app:1')
  expect(call.args['src']).toEqual(['z', 'a', 'b', 'c'])
  expect(call.flags['type']).toEqual([undefined, 'text/plain', 'text/plain', 'text/html'])
  const problem = problemOf('push', 'a', 'app:1', '--type', 'text/plain')
  expect(problem.code).toBe('USAGE_CONFLICT')
  expect(marked(problem)).toBe('--type text/plain')
})

test('common flags may stand before the command', () => {
  const call = bind('--config', 'f.toml', '-o', 'json', 'tags', 'app')
  expect(call.signature.name).toBe('tags')
  expect(call.common).toMatchObject({ config: 'f.toml', output: 'json' })
})

test('options of kinds are data: taken by their verb, refused under another kind', () => {
  const call = bind('push', 'f', 'app', '--allow-env', 'HOME', '--allow-env', 'PATH', '--as', 'runconfig')
  expect(call.options).toEqual({ 'allow-env': ['HOME', 'PATH'] })
  expect(call.optionKinds).toEqual({ 'allow-env': ['runconfig'] })
  expect(problemOf('push', 'f', 'app', '--allow-env', 'X', '--as', 'helm').code).toBe(
    'KIND_OPTION_UNSUPPORTED',
  )
  expect(problemOf('pull', 'app', '--allow-env', 'X').code).toBe('USAGE_UNKNOWN_FLAG')
  expect(problemOf('push', 'f', 'app', '--as', 'hlem')).toMatchObject({
    code: 'KIND_UNKNOWN',
    closest: ['helm'],
  })
})

test('two kinds may declare one name in two forms: the next word decides which is meant', () => {
  const verbs = ['push'] as const
  const commands = createCommands(sampleCommands.signatures, {
    kinds: ['plugin', 'runconfig'],
    options: [
      { kind: 'plugin', option: { name: 'compat', type: 'bool', summary: 'as the tool writes', verbs } },
      {
        kind: 'runconfig',
        option: { name: 'compat', type: 'string', enum: ['default', 'strict'], summary: 'how', verbs },
      },
    ],
  })
  const strict = bindArgv(['push', 'f', 'app', '--compat', 'strict'], commands)
  expect(strict.options).toEqual({ compat: 'strict' })
  expect(strict.optionKinds).toEqual({ compat: ['runconfig'] })
  expect(bindArgv(['push', 'f', 'app', '--compat=strict'], commands).options).toEqual({ compat: 'strict' })
  const plain = bindArgv(['push', '--compat', 'f', 'app'], commands)
  expect(plain.args).toEqual({ src: ['f'], ref: 'app' })
  expect(plain.options).toEqual({ compat: true })
  expect(plain.optionKinds).toEqual({ compat: ['plugin'] })
})

test('--help and --version ask for the commands of that name', () => {
  expect(bind().signature.name).toBe('help')
  expect(bind('--version').signature.name).toBe('version')
  expect(bind('--help', 'cp').args).toEqual({ topic: ['cp'] })
  expect(bind('cp', '--help').common.help).toBe(true)
  expect(bind('cache', '--help')).toMatchObject({ signature: { name: 'help' }, args: { topic: ['cache'] } })
})

test.each<[string[], string, string | undefined, string | undefined]>([
  [['tgas', 'app'], 'USAGE_UNKNOWN_COMMAND', 'tgas', 'tags app'],
  [['cache', 'prnue'], 'USAGE_UNKNOWN_COMMAND', 'prnue', 'cache prune'],
  [['cache'], 'USAGE_UNKNOWN_COMMAND', 'cache', undefined],
  ...['annotate', 'index', 'sign', 'verify'].map((name): [string[], string, string, undefined] => [
    [name, 'app'],
    'USAGE_UNKNOWN_COMMAND',
    name,
    undefined,
  ]),
  [['tags', 'a b', '--mach=x'], 'USAGE_UNKNOWN_FLAG', '--mach=x', "tags 'a b' --match=x"],
  [['cp', '-z', 'a', 'b'], 'USAGE_UNKNOWN_FLAG', '-z', undefined],
  [['cp', '-recursive', 'a', 'b'], 'USAGE_UNKNOWN_FLAG', '-recursive', 'cp --recursive a b'],
  [['cp', 'a'], 'USAGE_MISSING_ARGUMENT', '', undefined],
  [['tags', 'app', '--match'], 'USAGE_MISSING_ARGUMENT', '--match', undefined],
  [['tags', '--match', '--since', '1d', 'app'], 'USAGE_MISSING_ARGUMENT', '--match', undefined],
  [['resolve', 'a', 'b', 'c'], 'USAGE_TOO_MANY_ARGUMENTS', 'b c', undefined],
  [['tags', 'app', '-o', 'jsn'], 'USAGE_INVALID_VALUE', '-o jsn', 'tags app --output=json'],
  [['tags', 'app', '--since', 'soon'], 'USAGE_INVALID_VALUE', '--since soon', undefined],
  [['tags', 'app', '--limit', '1.5'], 'USAGE_INVALID_VALUE', '--limit 1.5', undefined],
  [['tags', 'app', '--concurrency', '0'], 'USAGE_INVALID_VALUE', '--concurrency 0', undefined],
  [['tags', ''], 'USAGE_INVALID_VALUE', "''", undefined],
])('%j is refused with %s', (words, code, mark, corrected) => {
  const problem = problemOf(...words)
  expect(problem).toMatchObject({ code, exit: 2 })
  expect(marked(problem)).toBe(mark)
  expect(problem.corrected).toBe(corrected)
  expect(problem.hints.length).toBeGreaterThan(0)
})

test('an operator in argv is not interpreted, and the hint says where it would be', () => {
  const problem = problemOf('tags', 'app', '|', 'first')
  expect(problem.message).toBe("'|' is not interpreted here")
  expect(problem.hints[0]?.text).toContain('-c')
})

test('an alias stands for its words, and never for a command', () => {
  const aliases = new Map([
    ['young', ['tags', '--since=3d']],
    ['cp', ['version']],
  ])
  const commands = createCommands(sampleSignatures, { aliases })
  const call = bindArgv(['young', 'app', '-y'], commands)
  expect(call.flags).toMatchObject({ since: 3 * 86_400e3, yes: true })
  expect(formatCall(call)).toBe('tags --since=3d app --yes')
  expect(bindArgv(['cp', 'a', 'b'], commands).signature.name).toBe('cp')
})
