import type { TransferEvent } from '@ocish/host'
import {
  cut,
  humanDuration,
  humanSize,
  type Look,
  marksOf,
  pad,
  paint,
  safe,
  shortDigest,
  text,
  type Text,
} from '@ocish/shell/text'

interface Moving {
  readonly digest: string
  readonly size: number
  done: number
  state: 'waiting' | 'moving' | 'over'
  readonly since: number
}

/** How far the transfers of one command are. */
export class Progress {
  readonly line: string
  /** Bytes begin to move. */
  onBegin: (() => void) | undefined
  readonly #now: () => number
  readonly #parts = new Map<string, Moving>()
  #mounted = 0
  #reason = ''

  constructor(line: string, now: () => number = Date.now) {
    this.line = line
    this.#now = now
  }

  take(event: TransferEvent): void {
    if (event.type === 'retrying') {
      this.#reason = `waiting ${Math.ceil(event.seconds)} s: ${event.reason}`
      return
    }
    this.#reason = ''
    this.onBegin?.()
    this.onBegin = undefined
    const { digest, size } = event.descriptor
    const part = this.#parts.get(digest) ?? { digest, size, done: 0, state: 'waiting', since: this.#now() }
    if (event.type === 'moving') {
      part.state = 'moving'
      part.done = event.done
    } else if (event.type === 'done') {
      part.state = 'over'
      part.done = size
      if (event.how === 'mounted') this.#mounted += 1
    }
    this.#parts.set(digest, part)
  }

  get isEmpty(): boolean {
    return this.#parts.size === 0 && this.#reason === ''
  }

  /** One line in all, then one for each part that moves, as many as there is room for. */
  rows(room: number, look: Look): readonly Text[] {
    if (this.isEmpty || room <= 0) return []
    const columns = Math.max(10, (Number.isFinite(look.width) ? look.width : 80) - 1)
    const all = [...this.#parts.values()]
    const over = all.filter((part) => part.state === 'over').length
    const mounted = this.#mounted === 0 ? ('' as Text) : text`, ${this.#mounted} mounted`
    const reason = this.#reason === '' ? ('' as Text) : text` ${marksOf(look).dot} ${safe(this.#reason)}`
    const mark = marksOf(look).ellipsis
    const fitted = (line: Text): Text => cut(line, columns, mark)
    const head = fitted(text`  ${safe(this.line)}   ${over} of ${all.length}${mounted}${reason}`)
    const moving = all.filter((part) => part.state === 'moving')
    const shown = moving.slice(0, Math.max(0, room - 2))
    const more = moving.length - shown.length
    const foot = more > 0 ? [paint(fitted(text`  ${mark as Text} ${more} more`), 'dim', look)] : []
    return [head, ...shown.map((part) => fitted(this.#bar(part, columns, look))), ...foot].slice(0, room)
  }

  #bar(part: Moving, columns: number, look: Look): Text {
    const share = part.size === 0 ? 1 : Math.min(1, part.done / part.size)
    const room = Math.max(4, Math.min(30, columns - 60))
    const full = Math.floor(share * room)
    const [on, off] = look.ascii ? ['#', '.'] : ['█', '░']
    const bar = `${on.repeat(full)}${off.repeat(room - full)}` as Text
    const seconds = (this.#now() - part.since) / 1000
    const rate = seconds > 0.2 ? part.done / seconds : 0
    const left = rate > 0 ? humanDuration(((part.size - part.done) / rate) * 1000) : ('' as Text)
    const percent = pad(text`${Math.floor(share * 100)}%`, 4, 'right')
    const speed = rate > 0 ? text`${humanSize(Math.round(rate))}/s` : ('' as Text)
    return text`  ${pad(shortDigest(part.digest), 20)} ${bar} ${percent}  ${humanSize(part.done)}/${humanSize(part.size)}  ${speed}  ${left}`
  }
}
