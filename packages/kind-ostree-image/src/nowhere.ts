import type { Target } from '@ocish/sdk'

/** Reads what it is given and keeps nothing: to learn checksums. */
export function nowhere(): Target {
  return {
    async write(_path, content) {
      for await (const _ of content);
    },
    async folder() {},
    async link() {},
    async move() {},
    async remove() {},
  }
}
