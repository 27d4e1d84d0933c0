import { type Answer, json } from '../answer.ts'
import type { Exchange } from '../exchange.ts'

/** end-1: whether this is a registry, and whether the credentials are good. */
export function answerBase({ access }: Exchange): Answer {
  access.requireLogin()
  return json({})
}

/** The list of extensions: there are none. */
export function answerExtensions({ access }: Exchange): Answer {
  access.requireLogin()
  return json({ extensions: [] })
}
