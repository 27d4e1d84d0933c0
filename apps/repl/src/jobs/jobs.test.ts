import { expect, test } from 'vitest'
import { type JobInfo, Jobs } from './jobs.ts'

const setup = (): { readonly jobs: Jobs; readonly ended: JobInfo[] } => {
  const ended: JobInfo[] = []
  let clock = 0
  return {
    jobs: new Jobs(
      (job) => ended.push(job),
      () => (clock += 10),
    ),
    ended,
  }
}

const forever = (signal: AbortSignal): Promise<number> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

test('a job is listed while it runs, tells its end, and can be waited for', async () => {
  const { jobs, ended } = setup()
  const gate = Promise.withResolvers<number>()
  const { id } = jobs.start('cp a b', () => gate.promise)
  expect(jobs.running.map((job) => job.line)).toEqual(['cp a b'])
  const waiting = jobs.wait(id, new AbortController().signal)
  gate.resolve(0)
  expect(await waiting).toMatchObject({ state: 'done', exit: 0, duration: 10 })
  expect(ended).toHaveLength(1)
  expect(jobs.running).toEqual([])
})

test('a failure is a state, not an exception', async () => {
  const { jobs } = setup()
  const answered = jobs.start('a', async () => 3)
  const thrown = jobs.start('b', async () => {
    throw new Error('no')
  })
  const { signal } = new AbortController()
  expect(await jobs.wait(answered.id, signal)).toMatchObject({ state: 'failed', exit: 3 })
  expect(await jobs.wait(thrown.id, signal)).toMatchObject({ state: 'failed', exit: 1 })
})

test('kill ends a job once', async () => {
  const { jobs } = setup()
  const { id } = jobs.start('watch x', forever)
  expect(jobs.kill(id)).toBe(true)
  expect(await jobs.wait(id, new AbortController().signal)).toMatchObject({ state: 'killed' })
  expect([jobs.kill(id), jobs.kill(99)]).toEqual([false, false])
})

test('who stops waiting does not stop the job', async () => {
  const { jobs } = setup()
  const { id } = jobs.start('watch x', forever)
  const stop = new AbortController()
  const waiting = jobs.wait(id, stop.signal)
  stop.abort()
  await expect(waiting).rejects.toThrow(/abort/)
  expect(jobs.running).toHaveLength(1)
  await jobs.stopAll()
  expect(jobs.running).toEqual([])
})

test('only the last ended jobs are remembered', async () => {
  const { jobs } = setup()
  const { signal } = new AbortController()
  for (let at = 0; at < 30; at += 1) await jobs.wait(jobs.start('x', async () => 0).id, signal)
  expect(jobs.list.length).toBeLessThanOrEqual(20)
})
