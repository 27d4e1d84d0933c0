import type { CachedToken, TokenCache } from '@ocish/core/client'
import { isJsonObject } from '@ocish/sdk'
import { readPrivate, writePrivate } from './private-file.ts'

/** Registry tokens that outlive the process, in one file of mode 0600, each until it expires. */
export interface TokenFile {
  /** The tokens of one registry. */
  of(host: string): TokenCache
  /** Forgets what belongs to a registry (`logout`). */
  forget(host: string): Promise<void>
}

/** Longest time a token is kept, in milliseconds; whatever its server says. */
const longestLife = 24 * 60 * 60 * 1000

/** `path`: read at the first question, written at the first answer. A file that cannot be used is as good as none. */
export function openTokenFile(path: string): TokenFile {
  return new LocalTokens(path)
}

type Tokens = Map<string, CachedToken>

class LocalTokens implements TokenFile {
  readonly #path: string
  #tokens: Promise<Tokens> | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  of(host: string): TokenCache {
    return {
      get: async (key) => {
        const tokens = await (this.#tokens ??= readTokens(this.#path))
        const found = tokens.get(fullKey(host, key))
        return found && found.expires > Date.now() ? found : undefined
      },
      set: async (key, token, expires) => {
        const kept = { token, expires: Math.min(expires, Date.now() + longestLife) }
        await this.#change((tokens) => tokens.set(fullKey(host, key), kept))
      },
    }
  }

  async forget(host: string): Promise<void> {
    await this.#change((tokens) => {
      for (const key of tokens.keys()) if (key.startsWith(fullKey(host, ''))) tokens.delete(key)
    })
  }

  /** Reads again before it writes, so that other processes' tokens stay; one change at a time. */
  async #change(apply: (tokens: Tokens) => void): Promise<void> {
    const before = this.#writing
    this.#writing = this.#changeAfter(before, apply)
    await this.#writing
  }

  async #changeAfter(before: Promise<void>, apply: (tokens: Tokens) => void): Promise<void> {
    await before
    const tokens = await readTokens(this.#path)
    apply(tokens)
    this.#tokens = Promise.resolve(tokens)
    await writePrivate(this.#path, JSON.stringify(Object.fromEntries(tokens))).catch(() => undefined)
  }
}

function fullKey(host: string, key: string): string {
  return `${host} ${key}`
}

async function readTokens(path: string): Promise<Tokens> {
  const text = await readPrivate(path).catch(() => undefined)
  const now = Date.now()
  const entries = Object.entries(parsed(text)).filter((entry): entry is [string, CachedToken] => {
    const value = entry[1]
    return isJsonObject(value) && typeof value['token'] === 'string' && Number(value['expires']) > now
  })
  return new Map(entries)
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return isJsonObject(value) ? value : {}
  } catch {
    return {}
  }
}
