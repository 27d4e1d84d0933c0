/** Summaries come from many hands: no full stop, and no capital unless the first word has it for its own sake. */
export function phrase(summary: string): string {
  const text = summary.replace(/\.$/, '')
  return /^[A-Z][a-z]* /.test(text) ? `${text[0]!.toLowerCase()}${text.slice(1)}` : text
}
