const name = 'react-devtools-core'
const id = `\0${name}`

/** The parts of the build's plugin contract that are used here. */
interface StubPlugin {
  readonly name: string
  resolveId(source: string): string | undefined
  load(resolved: string): string | undefined
}

/** Ink names React's developer tools in a static import; they are not installed, and a program has no use for them. */
export function noDevtools(): StubPlugin {
  return {
    name: 'no-devtools',
    resolveId: (source) => (source === name ? id : undefined),
    load: (resolved) =>
      resolved === id ? 'export default { initialize() {}, connectToDevTools() {} }' : undefined,
  }
}
