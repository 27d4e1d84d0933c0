import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { actionSummaries } from './action-summaries.ts'
import { actionNames, defaultBindings, keymapWith } from './keymap.ts'
import { keysHelp } from './keys-help.ts'

const page = readFileSync(join(import.meta.dirname, '../../../../docs/session.md'), 'utf8')

/** The rows of the table, in the order of the actions. */
const rows = actionNames.map((action) => {
  const keys = Object.entries(defaultBindings).flatMap(([key, name]) => (name === action ? [key] : []))
  return `| \`${action}\` | ${keys.map((key) => `\`${key}\``).join(', ')} | ${actionSummaries[action]} |`
})

test('docs/session.md has every action and its keys', () => {
  const [, table = ''] = page.split('| --- | --- | --- |\n')
  expect(table.split('\n\n')[0]?.trim()).toBe(rows.join('\n'))
})

test('help keys tells the keys as they are bound now', () => {
  const [, list] = keysHelp(keymapWith([['ctrl-o', 'undo']])).blocks
  expect(list).toMatchObject({
    items: expect.arrayContaining([
      { term: 'undo', text: 'ctrl-_, ctrl-x ctrl-u, ctrl-o: undo' },
      { term: 'accept-and-next', text: actionSummaries['accept-and-next'] },
    ]),
  })
})
