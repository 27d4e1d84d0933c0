import type { HelpBlock, HelpDocument, HelpItem } from './help.ts'

/** A help document as a manual page (man(7) macros): `ocish help --man COMMAND | man -l -`. */
export function manPage(document: HelpDocument, version: string): string {
  const name = document.name === 'ocish' ? 'ocish' : `ocish-${document.name.replaceAll(' ', '-')}`
  const lines = [
    `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(`ocish ${version}`)} "ocish"`,
    '.SH NAME',
    `${escaped(name)} \\- ${escaped(document.summary)}`,
  ]
  for (const block of document.blocks) lines.push(...blockLines(block))
  return `${lines.join('\n')}\n`
}

function blockLines(block: HelpBlock): readonly string[] {
  const title = block.title ?? (block.form === 'text' ? 'Description' : 'More')
  const head = `.SH ${quoted(title.toUpperCase())}`
  if (block.form === 'text')
    return [head, ...block.paragraphs.flatMap((paragraph) => ['.PP', escaped(paragraph)])]
  if (block.form === 'code') return [head, '.nf', ...block.lines.map(escaped), '.fi']
  return [head, ...block.items.flatMap(item)]
}

function item(entry: HelpItem): readonly string[] {
  return ['.TP', `\\fB${escaped(entry.term)}\\fR`, escaped(entry.text)]
}

/** Text that troff prints as it is: no requests, no escapes, dashes as the character one types. */
function escaped(text: string): string {
  const plain = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('\n', ' ')
  return /^[.']/.test(plain) ? `\\&${plain}` : plain
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`
}
