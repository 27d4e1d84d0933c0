/** What keys can do, by the names that `set keys.KEY=NAME` uses. */
export const actionNames = [
  'accept',
  'accept-and-next',
  'newline',
  'complete',
  'complete-back',
  'cancel',
  'abort',
  'left',
  'right',
  'word-left',
  'word-right',
  'line-start',
  'line-end',
  'up',
  'down',
  'page-up',
  'page-down',
  'backspace',
  'delete',
  'delete-or-exit',
  'kill-to-end',
  'kill-to-start',
  'kill-blank-back',
  'kill-word-back',
  'kill-word-forward',
  'yank',
  'yank-older',
  'transpose',
  'undo',
  'redo',
  'search-older',
  'search-newer',
  'search-scope',
  'clear-screen',
  'suspend',
  'details',
  'edit-externally',
  'help',
  'apply-fix',
  'insert-space',
  'nothing',
] as const

export type ActionName = (typeof actionNames)[number]

/** From a key, or two keys with a blank between, to what it does. */
export type Keymap = ReadonlyMap<string, ActionName>

/** The keyboard map of shell.md §4.3. A mode decides what an action means in it. */
export const defaultBindings: Readonly<Record<string, ActionName>> = {
  enter: 'accept',
  'alt-enter': 'newline',
  'ctrl-j': 'newline',
  tab: 'complete',
  'shift-tab': 'complete-back',
  escape: 'cancel',
  'ctrl-g': 'cancel',
  'ctrl-c': 'abort',
  'ctrl-d': 'delete-or-exit',
  left: 'left',
  'ctrl-b': 'left',
  right: 'right',
  'ctrl-f': 'right',
  'ctrl-left': 'word-left',
  'alt-left': 'word-left',
  'alt-b': 'word-left',
  'ctrl-right': 'word-right',
  'alt-right': 'word-right',
  'alt-f': 'word-right',
  home: 'line-start',
  'ctrl-a': 'line-start',
  end: 'line-end',
  'ctrl-e': 'line-end',
  up: 'up',
  'ctrl-p': 'up',
  down: 'down',
  'ctrl-n': 'down',
  pageup: 'page-up',
  pagedown: 'page-down',
  backspace: 'backspace',
  delete: 'delete',
  'ctrl-k': 'kill-to-end',
  'ctrl-u': 'kill-to-start',
  'ctrl-w': 'kill-blank-back',
  'alt-backspace': 'kill-word-back',
  'ctrl-x ctrl-w': 'kill-word-back',
  'alt-d': 'kill-word-forward',
  'ctrl-x ctrl-d': 'kill-word-forward',
  'ctrl-y': 'yank',
  'alt-y': 'yank-older',
  'ctrl-x ctrl-y': 'yank-older',
  'ctrl-t': 'transpose',
  'ctrl-_': 'undo',
  'ctrl-x ctrl-u': 'undo',
  'alt-z': 'redo',
  'ctrl-x ctrl-r': 'redo',
  'ctrl-r': 'search-older',
  'ctrl-s': 'search-newer',
  'ctrl-l': 'clear-screen',
  'ctrl-z': 'suspend',
  'ctrl-space': 'details',
  'ctrl-x ctrl-e': 'edit-externally',
  f1: 'help',
  'ctrl-x ctrl-h': 'help',
  f2: 'apply-fix',
  'ctrl-x ctrl-f': 'apply-fix',
  'ctrl-o': 'accept-and-next',
}

/** The default map with some keys bound otherwise. */
export function keymapWith(own: Iterable<readonly [string, ActionName]> = []): Keymap {
  return new Map([...Object.entries(defaultBindings), ...own])
}

/** Some chord begins with this key. */
export function beginsChord(keymap: Keymap, key: string): boolean {
  for (const bound of keymap.keys()) if (bound.startsWith(`${key} `)) return true
  return false
}

export function isActionName(name: string): name is ActionName {
  return (actionNames as readonly string[]).includes(name)
}
