import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actionNames, defaultBindings } from './keymap.ts'
import { type KitOptions, TestPrompt } from './world.test-kit.ts'

const at = (marked: string, options?: KitOptions): TestPrompt => TestPrompt.at(marked, options)

describe('every binding of the keyboard map', () => {
  test.each<[string, string, string]>([
    ['left', 'a|b', '|ab'],
    ['ctrl-b', 'a|b', '|ab'],
    ['right', 'a|b', 'ab|'],
    ['ctrl-f', 'a|b', 'ab|'],
    ['ctrl-left', 'x a/b|', 'x a/|b'],
    ['alt-left', 'x a/b|', 'x a/|b'],
    ['alt-b', 'x a/b|', 'x a/|b'],
    ['ctrl-right', '|a/b', 'a|/b'],
    ['alt-right', '|a/b', 'a|/b'],
    ['alt-f', '|a/b', 'a|/b'],
    ['home', 'ab|', '|ab'],
    ['ctrl-a', 'ab|', '|ab'],
    ['end', '|ab', 'ab|'],
    ['ctrl-e', '|ab', 'ab|'],
    ['pageup', 'a\nb|', '|a\nb'],
    ['pagedown', '|a\nb', 'a\nb|'],
    ['backspace', 'ab|', 'a|'],
    ['delete', '|ab', '|b'],
    ['ctrl-d', '|ab', '|b'],
    ['ctrl-k', 'a|b', 'a|'],
    ['ctrl-u', 'a|b', '|b'],
    ['ctrl-w', 'cp a/b:1|', 'cp |'],
    ['alt-backspace', 'cp a/b:1|', 'cp a/b:|'],
    ['alt-d', 'cp |a/b', 'cp |/b'],
    ['ctrl-t', 'ab|', 'ba|'],
    ['alt-enter', 'a|', 'a\n|'],
    ['ctrl-j', 'a|', 'a\n|'],
    ['up', 'a\nb|', 'a|\nb'],
    ['ctrl-p', 'a\nb|', 'a|\nb'],
    ['down', '|a\nb', 'a\n|b'],
    ['ctrl-n', '|a\nb', 'a\n|b'],
  ])('%s: %j becomes %j', (key, before, after) => {
    expect(at(before).key(key).shown).toBe(after)
  })

  test.each<[string, string, string]>([
    ['ctrl-y', 'ctrl-w', 'cp a|'],
    ['ctrl-_', 'ctrl-w', 'cp a|'],
    ['ctrl-x ctrl-u', 'ctrl-w', 'cp a|'],
  ])('%s takes back what %s cut', (key, cut, after) => {
    expect(at('cp a|').key(cut, ...key.split(' ')).shown).toBe(after)
  })

  test.each(['alt-z', 'ctrl-x ctrl-r'])('%s does again what was undone', (key) => {
    expect(at('cp a|').key('ctrl-w', 'ctrl-_', ...key.split(' ')).shown).toBe('cp |')
  })

  test.each(['alt-y', 'ctrl-x ctrl-y'])('%s brings the entry before', (key) => {
    const keys = ['ctrl-w', 'left', 'ctrl-w', 'ctrl-y', ...key.split(' ')]
    expect(at('one two|').key(...keys).shown).toBe('two| ')
  })

  test('what Alt cuts, a chord cuts too', () => {
    expect(at('cp a/b:1|').key('ctrl-x', 'ctrl-w').shown).toBe('cp a/b:|')
    expect(at('cp |a/b').key('ctrl-x', 'ctrl-d').shown).toBe('cp |/b')
  })

  test.each<[string, string]>([
    ['ctrl-l', 'clear'],
    ['ctrl-z', 'suspend'],
    ['ctrl-x ctrl-e', 'edit-externally'],
    ['f1', 'help'],
    ['ctrl-x ctrl-h', 'help'],
    ['tab', 'complete'],
    ['shift-tab', 'complete'],
    ['ctrl-c', 'discard'],
    ['enter', 'submit'],
  ])('%s asks for %s', (key, effect) => {
    expect(at('ls|').key(...key.split(' ')).told).toEqual([effect])
  })

  test.each(['f2', 'ctrl-x ctrl-f'])('%s takes the fix', (key) => {
    const prompt = at('x|')
      .send({ type: 'fix', text: 'ls ghcr.io' })
      .key(...key.split(' '))
    expect(prompt.shown).toBe('ls ghcr.io|')
    expect(prompt.key(...key.split(' ')).told).toEqual(['bell'])
  })

  test('escape and ctrl-g send the help line away until the next edit', () => {
    expect(at('ls |').key('escape').state.quiet).toBe(true)
    expect(at('ls |').key('ctrl-g').state.quiet).toBe(true)
    expect(at('ls |').key('escape').bytes('a').state.quiet).toBe(false)
  })

  test('ctrl-d on an empty line leaves', () => {
    expect(at('|').key('ctrl-d').told).toEqual(['exit'])
  })

  test('ctrl-o runs a line of history and brings the next', () => {
    const prompt = at('|', { history: ['one', 'two', 'three'] }).key('up', 'up', 'ctrl-o')
    expect(prompt.effects).toEqual([{ type: 'submit', text: 'two' }])
    expect(prompt.shown).toBe('three|')
  })

  test('any key can get another action, by name, and chords too', () => {
    const keys = [
      ['ctrl-o', 'kill-to-start'],
      ['f5 f5', 'accept'],
    ] as const
    expect(at('ab|', { keys }).key('ctrl-o').shown).toBe('|')
    expect(at('ls|', { keys }).key('f5', 'f5').told).toEqual(['submit'])
  })

  test('no action needs a function key or Alt', () => {
    const plain = new Set(
      Object.entries(defaultBindings).flatMap(([key, action]) => (/\bf\d|alt-/.test(key) ? [] : [action])),
    )
    const only = Object.values(defaultBindings).filter((action) => !plain.has(action))
    expect([...new Set(only)]).toEqual([])
  })

  test('an unknown second key of a chord does nothing', () => {
    const prompt = at('a|').key('ctrl-x', 'q')
    expect([prompt.shown, prompt.told]).toEqual(['a|', ['bell']])
  })

  test('no key and no action ever throws, in any mode', () => {
    const event = fc.oneof(
      fc
        .constantFrom(...Object.keys(defaultBindings).flatMap((key) => key.split(' ')))
        .map((name) => ({ type: 'key' as const, name })),
      fc
        .constantFrom('ls ', 'a', '"', '$(', '|', '\u001b', '日本', '//', ':', '@')
        .map((text) => ({ type: 'text' as const, text })),
      fc.constant({ type: 'paste' as const, text: 'x\r\ny', dropped: 0 }),
      fc.constant({
        type: 'candidates' as const,
        request: 1,
        list: { candidates: [{ value: 'abc' }], status: { type: 'local' as const }, done: true },
      }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const prompt = new TestPrompt({ history: ['ls a', 'describe b', 'rm c'] })
        for (const one of events) prompt.send(one)
        const { text, cursor } = prompt.state.editor
        expect(cursor).toBeGreaterThanOrEqual(0)
        expect(cursor).toBeLessThanOrEqual(text.length)
      }),
    )
    expect(new Set(actionNames).size).toBe(actionNames.length)
  })
})

describe('accepting', () => {
  test('an incomplete line goes on', () => {
    const prompt = at('ls |').bytes('"a\rb"\r')
    expect(prompt.effects).toEqual([{ type: 'submit', text: 'ls "a\nb"' }])
    expect(prompt.shown).toBe('|')
  })

  test('many keys in one chunk are all there', () => {
    const prompt = at('|').bytes('ls a\rls b\rpw')
    expect(prompt.effects).toEqual([
      { type: 'submit', text: 'ls a' },
      { type: 'submit', text: 'ls b' },
    ])
    expect(prompt.shown).toBe('pw|')
  })

  test('while a command runs, Ctrl-C cancels it and Ctrl-Z puts it aside', () => {
    const prompt = at('ls|').send({ type: 'busy', busy: true }).key('ctrl-c', 'ctrl-z')
    expect([prompt.told, prompt.shown]).toEqual([['cancel', 'background'], 'ls|'])
  })
})

describe('history', () => {
  const history = ['ls ghcr.io', 'describe a:1', 'ls quay.io', 'rm a:1']

  test('up walks the lines with the same beginning, down comes back to the draft', () => {
    const prompt = at('ls|', { history }).key('up')
    expect(prompt.shown).toBe('ls quay.io|')
    expect(prompt.key('up').shown).toBe('ls ghcr.io|')
    expect(prompt.key('up').told).toEqual(['bell'])
    expect(prompt.key('down').shown).toBe('ls quay.io|')
    expect(prompt.key('down').shown).toBe('ls|')
  })

  test('ghost text is the rest of the newest line, never a destructive one', () => {
    expect(at('|', { history }).bytes('ls').state.ghost).toBe(' quay.io')
    expect(at('|', { history }).bytes('r').state.ghost).toBe('')
  })

  test('lines of the same context come first', () => {
    const lines = [
      { text: 'ls here', context: 'reg/a', at: 1, status: 0 },
      { text: 'ls elsewhere', context: 'reg/b', at: 2, status: 0 },
    ]
    expect(at('|', { history: lines, context: 'reg/a' }).bytes('ls').state.ghost).toBe(' here')
  })

  test('ghost text is taken whole, or word by word', () => {
    expect(at('|', { history }).bytes('ls').key('right').shown).toBe('ls quay.io|')
    expect(at('|', { history }).bytes('ls').key('ctrl-e').shown).toBe('ls quay.io|')
    expect(at('|', { history }).bytes('ls').key('alt-f').shown).toBe('ls quay|')
    expect(at('|', { history }).bytes('ls').key('alt-f', 'alt-f').shown).toBe('ls quay.io|')
  })

  test('search: older, newer, scope, run, edit, cancel', () => {
    const prompt = (): TestPrompt => at('|', { history }).key('ctrl-r').bytes('ls')
    expect(prompt().state.search?.matches.map((line) => line.text)).toEqual(['ls quay.io', 'ls ghcr.io'])
    expect(prompt().key('ctrl-r', 'tab').shown).toBe('ls ghcr.io|')
    expect(prompt().key('ctrl-r', 'ctrl-s', 'tab').shown).toBe('ls quay.io|')
    expect(prompt().key('enter').effects).toEqual([{ type: 'submit', text: 'ls quay.io' }])
    expect(prompt().key('escape').shown).toBe('|')
    expect(prompt().key('ctrl-t').state.search?.scope).toBe('all')
    expect(prompt().key('backspace', 'backspace').state.search?.query).toBe('')
    expect(prompt().key('ctrl-a').shown).toBe('|ls quay.io')
  })
})

describe('pasting', () => {
  test('runs nothing, opens nothing, and keeps what it holds', () => {
    const prompt = at('|').bytes('\u001B[200~ls a\rrm b\t\u001B[31m\u001B[201~')
    expect(prompt.effects).toEqual([])
    expect(prompt.state.editor.text).toBe('ls a\nrm b\t\u001B[31m')
    expect(prompt.state.note).toMatch(/1 invisible/)
  })

  test('is one step of undo', () => {
    expect(at('|').bytes('ls \u001B[200~a\nb\u001B[201~').key('ctrl-_').shown).toBe('ls |')
  })

  test('says how much was cut', () => {
    expect(at('|').send({ type: 'paste', text: 'a', dropped: 5 }).state.note).toMatch(/5 characters/)
  })
})

describe('completion', () => {
  test('a single match goes in, with a blank after what is whole', () => {
    expect(at('desc|').key('tab').answer(['describe']).shown).toBe('describe |')
  })

  test('nothing follows what may go on', () => {
    expect(
      at('ls gh|')
        .key('tab')
        .answer([{ value: 'ghcr.io/', more: true }]).shown,
    ).toBe('ls ghcr.io/|')
  })

  test('what all have in common goes in first, and the list stays', () => {
    const prompt = at('ls gh|')
      .key('tab')
      .answer([
        { value: 'ghcr.io/', more: true },
        { value: 'ghcr.com/', more: true },
      ])
    expect(prompt.shown).toBe('ls ghcr.|')
    expect(prompt.menu).toBeDefined()
  })

  test('Tab and arrows choose, Enter inserts and does not run', () => {
    const prompt = at('tags r/a |').key('tab').answer(['x', 'y', 'z'])
    expect(prompt.menu).toEqual(['x', 'y', 'z'])
    prompt.key('tab', 'down', 'shift-tab', 'enter')
    expect([prompt.shown, prompt.told]).toEqual(['tags r/a y |', ['complete']])
  })

  test('typing narrows the list here; an older answer is dropped', () => {
    const prompt = at('desc|').key('tab').answer(['describe', 'diff'], { done: false })
    expect(prompt.bytes('r').menu).toEqual(['describe'])
    prompt.answer(['nonsense'], {}, prompt.state.request - 1)
    expect(prompt.menu).toEqual(['describe'])
  })

  test('typing a colon asks for tags: another question with another number', () => {
    const prompt = at('describe reg.io/a/b|').key('tab').answer(['reg.io/a/bc', 'reg.io/a/bd']).bytes(':')
    expect(prompt.effects.at(-1)).toMatchObject({
      type: 'complete',
      request: 2,
      stage: { base: 'reg.io/a/b:', word: '' },
    })
  })

  test('of a list that goes on nothing goes in by itself; what is typed is looked for behind it', () => {
    const partial = { partial: true }
    const prompt = at('tags reg.io/a/b:|').key('tab').answer(['reg.io/a/b:t1', 'reg.io/a/b:t2'], partial)
    expect([prompt.shown, prompt.menu]).toEqual(['tags reg.io/a/b:|', ['reg.io/a/b:t1', 'reg.io/a/b:t2']])
    expect(prompt.bytes('t2').menu).toEqual(['reg.io/a/b:t2'])
    expect(prompt.effects.at(-1)).toMatchObject({
      type: 'complete',
      request: prompt.state.request,
      stage: { base: 'reg.io/a/b:', word: 't2' },
    })
    expect(prompt.answer(['reg.io/a/b:t2', 'reg.io/a/b:t29']).menu).toEqual([
      'reg.io/a/b:t2',
      'reg.io/a/b:t29',
    ])
  })

  test('without Tab nothing is ever asked', () => {
    expect(at('|').bytes('describe reg.io/a/b:1 ').told).toEqual([])
  })

  test('Escape, Ctrl-G and Ctrl-C close the list and nothing else', () => {
    for (const key of ['escape', 'ctrl-g', 'ctrl-c']) {
      const prompt = at('ls |').key('tab').answer(['x', 'y']).key(key)
      expect([prompt.menu, prompt.shown, prompt.told]).toEqual([undefined, 'ls |', ['complete']])
    }
  })

  test('pages and the details pane', () => {
    const values = Array.from({ length: 30 }, (_, index) => `v${index}`)
    const prompt = at('ls |').key('tab').answer(values).key('pagedown', 'pagedown', 'pageup', 'ctrl-space')
    expect(prompt.state.menu).toMatchObject({ selected: 8, details: true })
    expect(prompt.effects.at(-1)).toMatchObject({ type: 'details', candidate: { value: values[8] } })
  })

  test.each(['ls |', 'ls "|', "ls '|"])(
    'T45 what is inserted at %j reads back as exactly what was chosen',
    (line) => {
      const values = [
        "it's",
        '$(rm x)',
        'a b',
        '"',
        String.raw`\\`,
        'x;y',
        '$x',
        '*',
        'é日',
        'a\nb',
        '\u001b[31m',
        '&&',
        '`id`',
      ]
      for (const value of values) {
        const prompt = at(line).key('tab').answer([value])
        const read = prompt.world.read(prompt.state.editor.text)
        const site = read.siteAt(prompt.state.editor.text.replace(/ $/, '').length)
        expect([prompt.menu, site.kind === 'argument' && site.prefix]).toEqual([undefined, value])
      }
    },
  )
})
