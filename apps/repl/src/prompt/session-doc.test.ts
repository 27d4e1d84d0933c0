import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { actionNames, defaultBindings } from './keymap.ts'

const page = readFileSync(join(import.meta.dirname, '../../../../docs/session.md'), 'utf8')

/** The rows of the table, in the order of the actions. */
const rows = actionNames.map((action) => {
  const keys = Object.entries(defaultBindings).flatMap(([key, name]) => (name === action ? [key] : []))
  return `| \`${action}\` | ${keys.map((key) => `\`${key}\``).join(', ')} |`
})

test('docs/session.md has every action and its keys', () => {
  const [, table = ''] = page.split('| --- | --- |\n')
  expect(table.split('\n\n')[0]?.trim()).toBe(rows.join('\n'))
})
