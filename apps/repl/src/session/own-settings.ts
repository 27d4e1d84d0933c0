import { OcishError } from '@ocish/sdk'
import { type ActionName, isActionName, type Keymap, keymapWith } from '../prompt/keymap.ts'

/** What `set keys.KEY=ACTION` and `set ui.motion=off` choose; it holds for one session. */
export class OwnSettings {
  readonly values: Map<string, string> = new Map([['ui.motion', 'on']])
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
    } else if (key !== 'ui.motion' || (value !== 'on' && value !== 'off')) {
      throw new OcishError('USAGE_INVALID_VALUE', `there is no setting ${key} with the value ${value}`, {
        hint: 'Use keys.KEY=ACTION or ui.motion=on|off.',
      })
    }
    this.values.set(key, value)
  }
}
