import { writeFile } from 'node:fs/promises'
import {
  embeddedRegistry,
  type EmbeddedRegistry,
  startOcish,
  temporaryFolder,
  type TemporaryFolder,
} from '@ocish/testing'
import { afterAll, beforeAll } from 'vitest'

/** A home of a person, with `a.txt` in it, and a registry. There while the tests of a file run. */
export class SharedHome {
  #folder: TemporaryFolder | undefined
  #registry: EmbeddedRegistry | undefined

  get folder(): TemporaryFolder {
    return this.#folder ?? notYet()
  }

  get registry(): EmbeddedRegistry {
    return this.#registry ?? notYet()
  }

  /** Runs the built program as this person; it has to succeed. */
  async run(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await startOcish(args, { home: this.folder.path }).done
    if (code !== 0) throw new Error(`ocish ${args.join(' ')} ended with ${code}: ${stderr}`)
  }

  async open(): Promise<void> {
    this.#folder = await temporaryFolder()
    this.#registry = await embeddedRegistry()
    await writeFile(this.#folder.join('a.txt'), 'hello')
  }

  async close(): Promise<void> {
    await this.#registry?.[Symbol.asyncDispose]()
    await this.#folder?.[Symbol.asyncDispose]()
  }
}

/** The one of the file that calls it; the registry holds `team/app` under these tags. */
export function sharedHome(...tags: readonly string[]): SharedHome {
  const home = new SharedHome()
  beforeAll(async () => {
    await home.open()
    for (const tag of tags) await home.run('push', 'a.txt', `${home.registry.host}/team/app:${tag}`)
  })
  afterAll(() => home.close())
  return home
}

function notYet(): never {
  throw new TypeError('the home is there once the tests run')
}
