export type TourLine =
  | { readonly type: 'comment'; readonly text: string }
  | { readonly type: 'command'; readonly text: string; readonly words: readonly string[] }

/** One command a line; `${env.NAME}` is replaced, `#` starts a comment, blank lines part. */
export function tourLines(source: string, variables: Readonly<Record<string, string>>): readonly TourLine[] {
  const lines: TourLine[] = []
  for (const raw of source.split('\n')) {
    const line = raw.trim()
    if (line === '') continue
    if (line.startsWith('#')) {
      lines.push({ type: 'comment', text: line.slice(1).trim() })
      continue
    }
    const text = line.replaceAll(/\$\{env\.(\w+)\}/g, (whole, name: string) => variables[name] ?? whole)
    lines.push({ type: 'command', text, words: text.split(/\s+/) })
  }
  return lines
}
