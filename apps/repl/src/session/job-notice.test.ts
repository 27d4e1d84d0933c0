import { expect, test } from 'vitest'
import type { JobInfo } from '../jobs/jobs.ts'
import { jobNotice, plainJobNotice } from './job-notice.ts'

const look = { width: 80, color: false, ascii: false, now: 0 }
const job: JobInfo = { id: 3, line: 'cp a b', state: 'done', started: 0, exit: 0, duration: 95_000 }

test.each([
  [{}, '[3] done  cp a b  95 s', 'job 3 done: cp a b'],
  [{ state: 'failed', exit: 4 }, '[3] failed, exit 4  cp a b  95 s', 'job 3 failed: cp a b'],
  [{ state: 'killed', exit: 130, duration: 40 }, '[3] cancelled  cp a b  0 s', 'job 3 killed: cp a b'],
] as const)('%j', (parts, notice, plain) => {
  expect(jobNotice({ ...job, ...parts }, look)).toBe(notice)
  expect(plainJobNotice({ ...job, ...parts })).toBe(plain)
})

test('colour tells success from failure, and is not the only thing that does', () => {
  const colored = { ...look, color: true }
  const [done, failed] = [jobNotice(job, colored), jobNotice({ ...job, state: 'failed', exit: 4 }, colored)]
  expect(done.replace('done', '')).not.toBe(failed.replace('failed, exit 4', ''))
})
