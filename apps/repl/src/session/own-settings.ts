import { OcishError } from '@ocish/sdk'
import { type ActionName, isActionName, type Keymap, keymapWith } from '../prompt/keymap.ts'

/** What a session may be told about its look, and what holds until then. */
const looks: ReadonlyMap<string, readonly string[]> = new Map([
  ['ui.motion', ['on', 'off']],
  ['ui.background', ['auto', 'light', 'dark']],
])

/** What `set keys.KEY=ACTION`, `set ui.motion=off` and `set ui.background=light` choose; it holds for one session. */
export class OwnSettings {
  readonly values: Map<string, string> = new Map([...looks].map(([key, [first]]) => [key, first!]))
  readonly #keys = new Map<string, ActionName>()
  #keymap: Keymap = keymapWith()

  /** The same object until a key is bound. */
  get keymap(): Keymap {
    return this.#keymap
  }

  /** Errors: USAGE_INVALID_VALUE. */
  set(key: string, value: string): void {
    if (key.startsWith('keys.')) {
      if (!isActionName(value))
        throw new OcishError('USAGE_INVALID_VALUE', `there is no action ${value}`, {
          hint: 'Run help keys for the names of actions.',
        })
      this.#keys.set(key.slice('keys.'.length), value)
      this.#keymap = keymapWith(this.#keys)
    } else if (looks.get(key)?.includes(value) !== true) {
      throw new OcishError('USAGE_INVALID_VALUE', `there is no setting ${key} with the value ${value}`, {
        hint: 'Use keys.KEY=ACTION, ui.motion=on|off or ui.background=auto|light|dark.',
      })
    }
    this.values.set(key, value)
  }
}
