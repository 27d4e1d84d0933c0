const mostTexts = 1000

/** `Warning: 299 - "text"` headers (distribution-spec, "Warnings"); other codes and agents mean nothing here. */
export function parseWarnings(values: readonly string[]): readonly string[] {
  const texts: string[] = []
  let budget = 4096
  for (const value of values) {
    for (const match of value.slice(0, 4096).matchAll(/(?:^|,)\s*299 - "((?:[^"\\]|\\.)*)"/gu)) {
      const text = clean((match[1] ?? '').replaceAll(/\\(.)/gu, '$1'))
      budget -= text.length
      if (budget < 0) return texts
      if (text !== '') texts.push(text)
    }
  }
  return texts
}

/** Hands each text on once. */
export class WarningCollector {
  readonly #host: string
  readonly #onWarning: ((text: string, host: string) => void) | undefined
  readonly #seen = new Set<string>()

  constructor(host: string, onWarning: ((text: string, host: string) => void) | undefined) {
    this.#host = host
    this.#onWarning = onWarning
  }

  warn(text: string): void {
    if (this.#onWarning === undefined || this.#seen.has(text) || this.#seen.size >= mostTexts) return
    this.#seen.add(text)
    this.#onWarning(text, this.#host)
  }

  collect(values: readonly string[]): void {
    if (values.length > 0) for (const text of parseWarnings(values)) this.warn(text)
  }
}

function clean(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').trim()
}
