import type { Editor } from '../editor/editor.ts'
import { ghostFor } from './past.ts'
import type { PromptState, World } from './state.ts'

/** The state after an edit: what depended on the text before is gone or made anew. */
export function edited(state: PromptState, editor: Editor, world: World): PromptState {
  const { walk: _walk, note: _note, ...rest } = state
  return { ...rest, editor, quiet: false, ghost: ghostFor(editor.text, editor.cursor, world) }
}
