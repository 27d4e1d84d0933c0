import { describe, expect, test } from 'vitest'
import { defaultBindings } from './keymap.ts'
import { type KitOptions, TestPrompt } from './world.test-kit.ts'

const history = ['ls a', 'ls b']
const values = Array.from({ length: 30 }, (_, index) => `v${index}`)
const at = (marked: string, options?: KitOptions): TestPrompt => TestPrompt.at(marked, options)
const menu = (): TestPrompt => at('ls |').key('tab').answer(values)
const search = (): TestPrompt => at('|', { history }).key('ctrl-r').bytes('ls')
const running = (): TestPrompt => at('ls|').send({ type: 'busy', busy: true })
const selected = (prompt: TestPrompt): number | undefined => prompt.state.menu?.selected

/** The columns of shell.md §4.3: what a key does in each mode. `–` is "nothing of its own". */
const rows: readonly (readonly [
  keys: string,
  mode: string,
  does: (key?: string) => unknown,
  expected: unknown,
])[] = [
  ['tab', 'menu', () => selected(menu().key('tab')), 1],
  ['shift-tab', 'menu', () => selected(menu().key('shift-tab')), 29],
  ['tab', 'search', () => search().key('tab').shown, 'ls b|'],
  ['enter', 'prompt, incomplete', () => at('ls "|').key('enter').shown, 'ls "\n|'],
  ['enter', 'menu', () => menu().key('down', 'enter').shown, 'ls v1 |'],
  ['enter', 'menu: runs nothing', () => menu().key('enter').told, ['complete']],
  ['enter', 'search', () => search().key('enter').effects, [{ type: 'submit', text: 'ls b' }]],
  ['enter', 'running: waits its turn', () => running().key('enter').told, ['submit']],
  ['alt-enter ctrl-j', 'prompt', (key = 'alt-enter') => at('a|').key(key).shown, 'a\n|'],
  [
    'right end ctrl-e ctrl-f',
    'prompt',
    (key = 'right') => at('|', { history }).bytes('ls').key(key).shown,
    'ls b|',
  ],
  ['right end ctrl-e ctrl-f', 'menu: closes', (key = 'right') => menu().key(key).menu, undefined],
  [
    'right end ctrl-e ctrl-f',
    'search: accepts',
    (key = 'right') => search().key(key).state.search,
    undefined,
  ],
  [
    'alt-f ctrl-right',
    'prompt',
    (key = 'alt-f') =>
      at('|', { history: ['ls b c'] })
        .bytes('ls')
        .key(key).shown,
    'ls b|',
  ],
  ['up ctrl-p', 'prompt', (key = 'up') => at('ls|', { history }).key(key).shown, 'ls b|'],
  ['up ctrl-p', 'menu', (key = 'up') => selected(menu().key('down', 'down', key)), 1],
  ['up ctrl-p', 'search', (key = 'up') => search().key(key).state.search?.selected, 1],
  ['down ctrl-n', 'menu', (key = 'down') => selected(menu().key(key)), 1],
  ['down ctrl-n', 'search', (key = 'down') => search().key('up', key).state.search?.selected, 0],
  ['pagedown', 'menu', () => selected(menu().key('pagedown')), 8],
  ['pageup', 'menu', () => selected(menu().key('pagedown', 'pagedown', 'pageup')), 8],
  ['ctrl-space', 'menu', () => menu().key('ctrl-space').state.menu?.details, true],
  ['f1', 'menu: the details', () => menu().key('f1').state.menu?.details, true],
  ['escape ctrl-g', 'prompt', (key = 'escape') => at('ls|').key(key).state.quiet, true],
  ['escape ctrl-g', 'menu', (key = 'escape') => menu().key(key).menu, undefined],
  [
    'escape ctrl-g',
    'search',
    (key = 'escape') => [search().key(key).state.search, search().key(key).shown],
    [undefined, '|'],
  ],
  [
    'ctrl-c',
    'prompt',
    () => [at('ls|').key('ctrl-c').told, at('ls|').key('ctrl-c').shown],
    [['discard'], '|'],
  ],
  ['ctrl-c', 'menu', () => [menu().key('ctrl-c').menu, menu().key('ctrl-c').shown], [undefined, 'ls v|']],
  ['ctrl-c', 'search', () => search().key('ctrl-c').state.search, undefined],
  ['ctrl-c', 'running: each is told', () => running().key('ctrl-c', 'ctrl-c').told, ['cancel', 'cancel']],
  ['ctrl-d', 'prompt', () => at('|ls').key('ctrl-d').shown, '|s'],
  ['ctrl-r', 'search: older', () => search().key('ctrl-r').state.search?.selected, 1],
  [
    'ctrl-s',
    'prompt: opens the search',
    () => at('|', { history }).key('ctrl-s').state.search === undefined,
    false,
  ],
  ['ctrl-s', 'search: newer', () => search().key('ctrl-r', 'ctrl-s').state.search?.selected, 0],
  ['ctrl-t', 'search: scope', () => search().key('ctrl-t').state.search?.scope, 'all'],
  ['ctrl-l', 'menu', () => menu().key('ctrl-l').told, ['complete', 'clear']],
  ['ctrl-l', 'search', () => search().key('ctrl-l').told, ['clear']],
  ['ctrl-l', 'running', () => running().key('ctrl-l').told, ['clear']],
  ['ctrl-z', 'running', () => running().key('ctrl-z').told, ['background']],
]

describe('the keyboard map, mode by mode', () => {
  test.each(
    rows.flatMap(([keys, mode, does, expected]) =>
      keys.split(' ').map((key) => [key, mode, does, expected] as const),
    ),
  )('%s, %s', (key, _mode, does, expected) => {
    expect(does(key)).toEqual(expected)
  })

  test('every key of the map is one that a terminal can send', () => {
    for (const bound of Object.keys(defaultBindings))
      for (const key of bound.split(' '))
        expect(key).toMatch(
          /^(?:ctrl-(?:[a-z_]|space|left|right)|alt-(?:[a-z]|enter|left|right|backspace)|shift-tab|f[12]|[a-z]+)$/,
        )
  })
})
