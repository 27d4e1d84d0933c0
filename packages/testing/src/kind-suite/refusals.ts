import type { Kind } from '@ocish/sdk'
import { expect, test } from 'vitest'
import { kindContext } from '../kind-context.ts'
import type { KindRefusal, KindSuiteOptions } from '../kind-suite.ts'
import { expectBranded, outcomeOf, readModel, unpackAll } from './acts.ts'

/** What the kind's own tests say has to be refused, with its code. */
export function refusalCases(kind: Kind, { refusals = [] }: KindSuiteOptions): void {
  test.each(refusals.map((refusal) => [refusal.name, refusal] as const))(
    'refuses %s',
    async (_name, refusal) => {
      const { failure } = await outcomeOf(() => tryIt(kind, refusal))
      expectBranded(failure)
      expect([refusal.code].flat()).toContain((failure as { readonly code: string }).code)
    },
  )
}

async function tryIt(kind: Kind, { source, artifact, options = {} }: KindRefusal): Promise<unknown> {
  const context = kindContext({ options })
  if (source !== undefined) return kind.pack?.(source(), context)
  if (artifact === undefined) return undefined
  const given = await artifact()
  await readModel(kind, given, context)
  return unpackAll(kind, given, context)
}
