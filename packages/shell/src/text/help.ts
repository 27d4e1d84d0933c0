import type { HelpBlock, HelpDocument } from '../help.ts'
import { join, safe, text, type Text } from './safe.ts'
import { twoColumns } from './table.ts'
import { paint, type Look } from './theme.ts'
import { wrap } from './width.ts'

/** Help laid out for a screen. */
export function help(document: HelpDocument, look: Look): Text[] {
  const lines: Text[] = [text`${paint(safe(document.name), 'title', look)} – ${safe(document.summary)}`]
  if (look.ascii) lines[0] = text`${paint(safe(document.name), 'title', look)} - ${safe(document.summary)}`
  for (const block of document.blocks) lines.push('' as Text, ...blockLines(block, look))
  return lines
}

function blockLines(block: HelpBlock, look: Look): Text[] {
  const title = block.title === undefined ? [] : [paint(safe(block.title), 'strong', look)]
  const room = Math.max(30, Math.min(look.width, 100) - 2)
  switch (block.form) {
    case 'text':
      return [...title, ...block.paragraphs.flatMap((paragraph) => wrap(safe(paragraph), room).map(indent))]
    case 'code':
      return [...title, ...block.lines.map((line) => indent(safe(line)))]
    case 'examples':
      return [
        ...title,
        ...block.items.flatMap((item) => [
          indent(paint(safe(item.term), 'accent', look)),
          ...wrap(safe(item.text), room - 4).map((line) => indent(indent(indent(line)))),
        ]),
      ]
    case 'list': {
      const items = block.items.map((item) => ({
        term: safe(item.term),
        lines: (columns: number) => wrap(safe(item.text), columns),
      }))
      return [...title, ...twoColumns(items, 2, look)]
    }
    default:
      return block satisfies never
  }
}

function indent(line: Text): Text {
  return join(['  ' as Text, line])
}
