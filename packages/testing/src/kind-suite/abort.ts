import { setImmediate } from 'node:timers/promises'
import type { Artifact, Kind, Source } from '@ocish/sdk'
import { expect, test } from 'vitest'
import { kindContext } from '../kind-context.ts'
import type { KindCase } from '../kind-suite.ts'
import { artifactOfCase, can, outcomeOf, readingActs } from './acts.ts'

/** Turns of the event loop an abort may take: closing the streams inside a pipeline needs more than one callback. */
const turns = 10

/** What a kind does when its host stops: nothing more, at once, and the reason reaches the caller untouched. */
export function abortCases(kind: Kind, given: KindCase): void {
  test.each(['read', 'list', 'unpack', 'validate'])('an abort ends %s within a turn', async (name) => {
    const artifact = await artifactOfCase(kind, given)
    await expectToEnd((signal) => {
      const context = kindContext({ signal, options: given.options ?? {} })
      const act = readingActs(kind, stuckArtifact(artifact, signal), context).find(
        (found) => found.name === name,
      )
      return act?.act() ?? Promise.resolve()
    })
  })

  test.runIf(can(kind, 'pack') && given.source !== undefined)(
    'an abort ends pack within a turn',
    async () => {
      await expectToEnd(async (signal) => {
        if (given.source === undefined) return
        const context = kindContext({ signal, options: given.options ?? {} })
        await kind.pack?.(stuckSource(given.source(), signal), context)
      })
    },
  )
}

async function expectToEnd(act: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const controller = new AbortController()
  const { signal } = controller
  const outcome = outcomeOf(() => act(signal))
  await setImmediate()
  controller.abort()
  const end = await Promise.race([outcome, turnsPassed()])
  expect(end, 'ended after the abort').not.toBe('still running')
  const failure = typeof end === 'string' ? undefined : end.failure
  expect([undefined, signal.reason], 'the reason of the abort, untouched').toContain(failure)
}

async function turnsPassed(): Promise<'still running'> {
  for (let turn = 0; turn < turns; turn += 1) await setImmediate()
  return 'still running'
}

/** An artifact whose content never comes. */
function stuckArtifact(artifact: Artifact, signal: AbortSignal): Artifact {
  return {
    ...artifact,
    children: () => untilAborted(signal),
    open: () => stuck(signal),
  }
}

function stuckSource(source: Source, signal: AbortSignal): Source {
  return { ...source, open: () => stuck(signal) }
}

async function* stuck(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  await untilAborted(signal)
  yield new Uint8Array()
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(signal.reason as Error)
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}
