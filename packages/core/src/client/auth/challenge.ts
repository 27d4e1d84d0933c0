/** One challenge of `WWW-Authenticate` (RFC 9110, 11.3); scheme and parameter names in lower case. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

const mostChallenges = 32
const mostParameters = 32
const longestHeader = 16 * 1024

/**
 * Reads all challenges of all header lines, in order: several in a line, quoted or bare values, commas within quotes,
 * unknown schemes, token68. Of a repeated parameter the first counts. What makes no sense is skipped.
 */
export function parseChallenges(values: readonly string[]): readonly Challenge[] {
  const challenges: Challenge[] = []
  for (const value of values) {
    challenges.push(...parseLine(value.slice(0, longestHeader)))
    if (challenges.length >= mostChallenges) break
  }
  return challenges.slice(0, mostChallenges)
}

/** The challenge to answer: Bearer before Basic; undefined when neither is offered. */
export function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  return (
    challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm')) ??
    challenges.find(({ scheme }) => scheme === 'basic') ??
    challenges.find(({ scheme }) => scheme === 'bearer')
  )
}

function parseLine(text: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  const scanner = new Scanner(text)
  while (challenges.length <= mostChallenges) {
    scanner.skip(/[\s,]*/y)
    if (scanner.atEnd) break
    const word = scanner.take(/[^\s,="]+/y)
    if (word === '') {
      scanner.skip(/./sy)
      continue
    }
    const current = challenges.at(-1)
    const value = scanner.parameterValue()
    if (value === undefined) {
      challenges.push({ scheme: word.toLowerCase(), parameters: new Map() })
      scanner.skipToken68()
    } else if (current !== undefined && current.parameters.size < mostParameters) {
      const name = word.toLowerCase()
      if (!current.parameters.has(name)) current.parameters.set(name, value)
    }
  }
  return challenges
}

class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  skip(pattern: RegExp): void {
    this.take(pattern)
  }

  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  /** `= value` after a name; undefined, and nothing consumed, when there is none. */
  parameterValue(): string | undefined {
    const start = this.#at
    if (this.take(/\s*=\s*/y) === '') return undefined
    const quoted = this.take(/"(?:[^"\\]|\\.)*(?:"|$)/sy)
    if (quoted !== '') return quoted.slice(1).replace(/"$/, '').replaceAll(/\\(.)/gs, '$1')
    const bare = this.take(/[^\s,"=]+=*/y)
    if (bare !== '') return bare
    this.#at = start
    return undefined
  }

  /** `Negotiate abc==`: the one form in which something other than parameters follows a scheme. */
  skipToken68(): void {
    const start = this.#at
    if (this.take(/[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y) === '') this.#at = start
  }
}
