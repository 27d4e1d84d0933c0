import { type Look, paint, safe, text, type Text } from '@ocish/shell/text'
import type { JobInfo } from '../jobs/jobs.ts'

/** What is told above the prompt when a job has ended. */
export function jobNotice({ id, state, exit, line, duration = 0 }: JobInfo, look: Look): Text {
  const how =
    state === 'done'
      ? ('done' as Text)
      : state === 'killed'
        ? ('cancelled' as Text)
        : text`failed, exit ${exit ?? 1}`
  const tone = state === 'done' ? 'good' : 'warn'
  return text`${paint(text`[${id}] ${how}`, tone, look)}  ${safe(line)}  ${Math.round(duration / 1000)} s`
}

/** The same as a sentence, for a session of lines. */
export function plainJobNotice({ id, state, line }: JobInfo): Text {
  return text`job ${id} ${safe(state)}: ${safe(line)}`
}
