import { helpDocument } from '@ocish/host'
import type { Commands, HelpBlock, HelpDocument } from '@ocish/shell'
import { isActionName, type Keymap, keymapWith } from '../prompt/keymap.ts'
import { keysHelp, keysSummary } from '../prompt/keys-help.ts'

/** What `help` says inside a session: its keys too, and lines as they are typed here. Errors: USAGE_UNKNOWN_COMMAND. */
export function sessionHelp(
  topic: readonly string[],
  commands: Commands,
  settings: ReadonlyMap<string, string>,
): HelpDocument {
  if (topic.join(' ') === 'keys') return keysHelp(keymapOf(settings))
  const document = helpDocument(topic, commands)
  const isList = topic.join(' ') === 'topics'
  return topic.length > 0 && !isList
    ? document
    : { ...document, blocks: document.blocks.map((block) => ofSession(block, isList ? '' : 'help ')) }
}

const usage = ['COMMAND [ARGUMENTS] [FLAGS]', 'tags app | sort -V tag | last 3', 'cp app:1.0 mirror/ &']

function ofSession(block: HelpBlock, prefix: string): HelpBlock {
  if (block.form === 'code') return { ...block, lines: usage }
  if (block.form !== 'list' || block.title !== 'Topics') return block
  return { ...block, items: [...block.items, { term: `${prefix}keys`, text: keysSummary }] }
}

function keymapOf(settings: ReadonlyMap<string, string>): Keymap {
  return keymapWith(
    [...settings].flatMap(([key, action]) =>
      key.startsWith('keys.') && isActionName(action) ? [[key.slice('keys.'.length), action] as const] : [],
    ),
  )
}
