import { expect, test } from 'vitest'
import { bindArgv, createCommands, flagConflicts, type Output } from '@ocish/shell'
import { signatures } from './all-signatures.ts'
import { loadCommand } from './load-command.ts'

const commands = createCommands(signatures, { kinds: ['runconfig', 'generic'] })

test('names and aliases are unique, and none is kept for later', () => {
  const names = signatures.flatMap((signature) => [signature.name, ...(signature.aliases ?? [])])
  expect(new Set(names).size).toBe(names.length)
  for (const reserved of ['annotate', 'index', 'sign', 'verify']) expect(names).not.toContain(reserved)
})

test.each(signatures.map((signature) => [signature.name, signature] as const))(
  '%s: flags fit the reserved table, examples bind to it, its code is there',
  async (name, signature) => {
    expect(flagConflicts(signature)).toEqual([])
    expect(signature.examples.length).toBeGreaterThan(0)
    for (const { line } of signature.examples) {
      const words = line.split(' ').map((word) => word.replaceAll("'", ''))
      expect(bindArgv(words, commands).signature.name).toBe(name)
    }
    expect(await loadCommand(name)).toMatchObject({ signature })
  },
)

test('what destroys needs a confirmation, and says so in its statuses', () => {
  const destroying = signatures.filter((signature) => signature.effect === 'D')
  expect(destroying.map((signature) => signature.name)).toEqual([
    'rm',
    'blob rm',
    'cache prune',
    'cache clear',
  ])
  for (const signature of destroying) expect(signature.exits).toContain(2)
})

test('names, arguments, flags, output and statuses are a contract: they are extended, never changed', async () => {
  const contract = signatures.map((signature) => {
    const { name, aliases = [], params, flags, output, effect, exits } = signature
    return [
      `${[name, ...aliases].join(' | ')}  (${effect})`,
      ...params.map((param) => `  ${param.name} ${facts(param)}`),
      ...flags.map((flag) => `  --${flag.name} ${facts(flag)}`),
      ...outputLines(output),
      `  exits ${exits.join(' ')}`,
    ].join('\n')
  })
  await expect(`${contract.join('\n\n')}\n`).toMatchFileSnapshot('../../../api/commands.txt')
})

function outputLines(output: Output): readonly string[] {
  if (output.form !== 'rows') return [`  → ${output.form} ${facts(output)}`]
  return [output.row]
    .flat()
    .flatMap(({ name, columns }) => [
      `  → ${name}`,
      ...columns.map((column) => `      ${column.name} ${facts(column)}`),
    ])
}

/** What is no prose: that may be reworded at any time. */
function facts(value: object): string {
  const prose = ['name', 'summary', 'placeholder', 'form']
  return Object.entries(value)
    .filter(([key]) => !prose.includes(key))
    .map(([key, fact]) => (fact === true ? key : key === 'type' ? String(fact) : `${key}=${String(fact)}`))
    .join(' ')
}

test('a name that is nobody’s has no code', async () => {
  expect(await loadCommand('toString')).toBeUndefined()
})
