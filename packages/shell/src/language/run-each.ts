import { isOcishError, OcishError } from '@ocish/sdk'
import type { BoundCall } from '../bound-call.ts'
import type { Row } from '../command.ts'
import type { Edge } from '../formats/edge.ts'
import { linesOf } from '../formats/read.ts'
import type { EdgeType } from './edge-type.ts'
import { itemsOf, type Flow } from './items.ts'
import type { Emission, RunOutcome } from './run-options.ts'

type Block = (item: unknown) => AsyncGenerator<Emission, RunOutcome>

interface Each {
  readonly flow: Flow
  readonly outcome: () => RunOutcome
}

/** What happened to the rows so far. */
interface Tally {
  rows: number
  failures: unknown[]
  outcome: RunOutcome
}

/** What is to be done. */
interface Work {
  readonly items: AsyncIterable<unknown>
  readonly block: Block
  readonly output: EdgeType
  readonly tally: Tally
  readonly keepGoing: boolean
}

/**
 * Runs a block for each item; the output is in the order of the items, whatever `--parallel` is. The first failure
 * stops, or with `--keep-going` all of them end in PARTIAL.
 */
export function runEach(
  call: BoundCall,
  items: AsyncIterable<unknown>,
  output: EdgeType,
  block: Block,
): Each {
  const parallel = Math.max(1, Number(call.flags['parallel'] ?? 1))
  const tally: Tally = { rows: 0, failures: [], outcome: { exit: 0 } }
  const work: Work = { items, block, output, tally, keepGoing: call.flags['keep-going'] === true }
  const results = parallel === 1 ? inTurn(work) : sideBySide(work, parallel)
  return { flow: flowOf(output, results), outcome: () => tally.outcome }
}

function flowOf(output: EdgeType, results: AsyncGenerator<unknown, void>): Flow {
  if (output.form === 'bytes') return { form: 'bytes', bytes: results as AsyncIterable<Uint8Array> }
  if (output.form === 'values') return { form: 'values', values: results, type: output.type }
  return {
    form: 'rows',
    rows: results as AsyncIterable<Row>,
    types: output.form === 'rows' ? output.types : [],
  }
}

/** The items of an emission: bytes as chunks where the block gives nothing else, their lines among rows and values. */
function piecesOf(edge: Edge, output: EdgeType): AsyncIterable<unknown> {
  if (edge.form !== 'bytes') return itemsOf(edge)
  return output.form === 'bytes' ? edge.bytes : linesOf(edge.bytes)
}

async function* inTurn({ items, block, output, tally, keepGoing }: Work): AsyncGenerator<unknown, void> {
  for await (const item of items) {
    const work = block(item)
    tally.rows++
    try {
      for (let step = await work.next(); ; step = await work.next()) {
        if (step.done === true) {
          settle(step.value, tally)
          break
        }
        yield* piecesOf(step.value.edge, output)
      }
    } catch (error) {
      note(error, tally, keepGoing)
    } finally {
      await work.return({ exit: 0 })
    }
    if (tally.outcome.exit !== 0 && !keepGoing) return
  }
  finish(tally)
}

async function* sideBySide(
  { items, block, output, tally, keepGoing }: Work,
  parallel: number,
): AsyncGenerator<unknown, void> {
  const running: Promise<Done>[] = []
  const iterator = items[Symbol.asyncIterator]()
  let open = true
  try {
    while (open || running.length > 0) {
      while (open && running.length < parallel) {
        const step = await iterator.next()
        if (step.done === true) open = false
        else running.push(whole(block(step.value), output))
      }
      const done = await running.shift()
      if (done === undefined) break
      tally.rows++
      yield* done.pieces
      if (done.failed !== undefined) note(done.failed.error, tally, keepGoing)
      else settle(done.outcome, tally)
      if (tally.outcome.exit !== 0 && !keepGoing) return
    }
    finish(tally)
  } finally {
    await Promise.all(running)
    await iterator.return?.()
  }
}

interface Done {
  readonly pieces: readonly unknown[]
  readonly outcome: RunOutcome
  readonly failed?: { readonly error: unknown }
}

async function whole(work: AsyncGenerator<Emission, RunOutcome>, output: EdgeType): Promise<Done> {
  const pieces: unknown[] = []
  try {
    for (let step = await work.next(); ; step = await work.next()) {
      if (step.done === true) return { pieces, outcome: step.value }
      for await (const piece of piecesOf(step.value.edge, output)) pieces.push(piece)
    }
  } catch (error) {
    return { pieces, outcome: { exit: 0 }, failed: { error } }
  }
}

function settle(outcome: RunOutcome, tally: Tally): void {
  if (outcome.exit === 0) return
  tally.outcome = outcome
  tally.failures.push(
    outcome.error ?? new OcishError('NEGATIVE_ANSWER', 'the block answered no', { exit: outcome.exit }),
  )
}

function note(error: unknown, tally: Tally, keepGoing: boolean): void {
  if (!keepGoing || !isOcishError(error)) throw error
  tally.failures.push(error)
}

function finish(tally: Tally): void {
  const { failures, rows } = tally
  if (failures.length === 0) return
  if (failures.length === 1 && rows === 1 && tally.outcome.exit !== 0) return
  const listed = failures.slice(0, 20).map((error) => (error instanceof Error ? error.message : 'failed'))
  throw new OcishError('PARTIAL', `${failures.length} of ${rows} rows failed`, {
    cause: failures[0],
    details: { failures: listed },
  })
}
