import type { HelpDocument } from '@ocish/shell'
import { actionSummaries } from './action-summaries.ts'
import { actionNames, type Keymap } from './keymap.ts'

/** What `help keys` shows: every action, its keys as they are bound now, and what it does. */
export function keysHelp(keymap: Keymap): HelpDocument {
  const items = actionNames.map((action) => {
    const keys = [...keymap].flatMap(([key, name]) => (name === action ? [key] : []))
    return {
      term: action,
      text: `${keys.length > 0 ? `${keys.join(', ')}: ` : ''}${actionSummaries[action]}`,
    }
  })
  return {
    name: 'keys',
    summary: keysSummary,
    blocks: [
      { form: 'text', paragraphs: ['set keys.ctrl-o=accept-and-next gives a key another meaning.'] },
      { form: 'list', title: 'Actions', items },
    ],
  }
}

/** What the overview says of it. */
export const keysSummary = 'what each key does, and how to change it'
