import { readdir, readFile, writeFile } from 'node:fs/promises'
import {
  embeddedRegistry,
  type EmbeddedRegistry,
  type OcishRun,
  type OcishRunOptions,
  type StartedOcish,
  startOcish,
  type TemporaryFolder,
  temporaryFolder,
} from '@ocish/testing'

/** The built program in a home of its own, beside a registry that is empty. For `*.e2e.test.ts`. */
export interface World extends AsyncDisposable {
  readonly registry: EmbeddedRegistry
  /** `127.0.0.1:PORT`. */
  readonly host: string
  readonly home: TemporaryFolder
  /** Runs a line in the home folder; `HOST` in a word is the registry. */
  run(line: string | readonly string[], options?: OcishRunOptions): Promise<OcishRun>
  start(line: string | readonly string[], options?: OcishRunOptions): StartedOcish
  file(name: string, content: string | Uint8Array): Promise<void>
  read(name: string): Promise<string>
  names(folder?: string): Promise<readonly string[]>
}

/** Words are parted by blanks: a test writes what a person types. */
export async function createWorld(): Promise<World> {
  const home = await temporaryFolder('ocish-e2e-')
  const registry = await embeddedRegistry()
  const { host } = registry
  const start = (line: string | readonly string[], options: OcishRunOptions = {}): StartedOcish => {
    const words = typeof line === 'string' ? line.split(' ') : line
    return startOcish(
      words.map((word) => word.replaceAll('HOST', host)),
      { ...options, home: home.path },
    )
  }
  return {
    registry,
    host,
    home,
    start,
    run: (line, options) => start(line, options).done,
    file: (name, content) => writeFile(home.join(name), content),
    read: (name) => readFile(home.join(name), 'utf8'),
    names: async (folder = '.') => (await readdir(home.join(folder))).toSorted(),
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]()
      await home.remove()
    },
  }
}
