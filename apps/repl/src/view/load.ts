import type { mount } from './mount.tsx'

/** How a view is put on a terminal. */
export type Mount = typeof mount

/** Loads the view, and with it Ink and React. */
export async function loadView(): Promise<Mount> {
  // Yoga decodes its WebAssembly through fetch where there is one, which loads a whole HTTP client for it.
  const { fetch } = globalThis
  Reflect.deleteProperty(globalThis, 'fetch')
  try {
    return (await import('./mount.tsx')).mount
  } finally {
    globalThis.fetch = fetch
  }
}
