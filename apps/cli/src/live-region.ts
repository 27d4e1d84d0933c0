import type { OnTransfer } from '@ocish/host'
import { humanDuration, humanSize, type Look, marksOf, safe, shortDigest } from '@ocish/shell/text'
import type { Progress } from './progress.ts'
import { type Pause, type Transfer, Transfers } from './transfers.ts'

/** Milliseconds between two paintings. */
const repaint = 100
/** Pieces shown at once, where the screen has room. */
const mostRows = 8
const barWidth = 24

/** Where and how a region is painted. */
export interface Region {
  write(text: string): void
  readonly look: Look
  /** Lines of the screen now. */
  rows(): number
  /** A clock in milliseconds; default: the process's. */
  readonly now?: () => number
}

/**
 * A few lines at the end of a terminal that say how far transfers are, repainted ten times a second at most and never
 * higher than the screen less one; gone before anything else is written, one summary at the end.
 */
export class LiveRegion implements Progress {
  readonly #region: Region
  readonly #transfers: Transfers
  #timer: NodeJS.Timeout | undefined
  #height = 0

  constructor(region: Region) {
    this.#region = region
    this.#transfers = new Transfers(region.now ?? (() => performance.now()))
  }

  readonly onTransfer: OnTransfer = (event) => {
    this.#transfers.take(event)
    this.#timer ??= setTimeout(() => this.paint(), repaint).unref()
  }

  /** Now, instead of at the next tenth of a second. */
  paint(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const lines = this.#lines()
    this.#region.write(`${this.#up()}${lines.map((line) => `${line}\u001B[K\n`).join('')}\u001B[J`)
    this.#height = lines.length
    // A pause is counted down though nothing happens.
    if (this.#transfers.retry() !== undefined) this.#timer = setTimeout(() => this.paint(), 500).unref()
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#height > 0) this.#region.write(`${this.#up()}\u001B[J`)
    this.#height = 0
  }

  end(): void {
    this.clear()
    const { moved, movedBytes, mounted, reused } = this.#transfers.totals()
    if (moved + mounted === 0) return
    const parts = [`${humanSize(movedBytes)} in ${humanDuration(this.#transfers.elapsed)}`]
    if (mounted > 0) parts.push(`${mounted} mounted`)
    if (reused > 0) parts.push(`${reused} reused`)
    this.#region.write(`${moved} ${moved === 1 ? 'piece' : 'pieces'} moved, ${parts.join(', ')}\n`)
  }

  #up(): string {
    return this.#height === 0 ? '\r' : `\r\u001B[${this.#height}A`
  }

  #lines(): readonly string[] {
    const room = Math.max(1, Math.min(mostRows + 2, this.#region.rows() - 1))
    const active = this.#transfers.active()
    const space = room - 1
    const shown = active.length > space ? active.slice(0, Math.max(0, space - 1)) : active
    const hidden = active.length - shown.length
    const lines = [this.#head(), ...shown.map((transfer) => this.#row(transfer))]
    if (hidden > 0 && space > 0) lines.push(`  ${hidden} more`)
    return lines.map((line) => line.slice(0, Math.max(20, this.#region.look.width - 1)))
  }

  #head(): string {
    const { pieces, over, bytes, done, rate, left } = this.#transfers.totals()
    const parts = [`${over} of ${pieces}`, `${humanSize(done)} of ${humanSize(bytes)}`]
    const retry = this.#transfers.retry()
    if (retry !== undefined) parts.push(pauseText(retry))
    else if (rate !== undefined) {
      parts.push(`${humanSize(rate)}/s`)
      if (left !== undefined) parts.push(humanDuration(left * 1000))
    }
    return parts.join(` ${marksOf(this.#region.look).dot} `)
  }

  #row({ digest, size, state, done, rate, pause }: Transfer): string {
    const name = `  ${shortDigest(digest)}`
    if (pause !== undefined) return `${name}  ${pauseText(pause)}`
    if (state !== 'moving') return `${name}  ${state}`
    const share = size === 0 ? 1 : Math.min(1, done / size)
    const percent = `${Math.floor(share * 100)}%`.padStart(4)
    const speed = rate === undefined ? '' : `  ${humanSize(rate)}/s`
    return `${name}  ${this.#bar(share)} ${percent}  ${humanSize(done)} of ${humanSize(size)}${speed}`
  }

  #bar(share: number): string {
    const filled = Math.round(share * barWidth)
    const { ascii } = this.#region.look
    return (ascii ? '#' : '█').repeat(filled) + (ascii ? '.' : '░').repeat(barWidth - filled)
  }
}

function pauseText({ seconds, reason }: Pause): string {
  return `waiting ${seconds} s: ${safe(reason)}`
}
