import { OcishError } from '@ocish/sdk'
import type { Call, RowType } from '@ocish/shell'
import type { JobInfo } from '../jobs/jobs.ts'
import { sessionSignature, type SessionCommand, type SessionState } from './session-command.ts'

/** A command that runs, or ran, beside the prompt; `left`: an earlier session began it. */
const jobRow: RowType = {
  name: 'Job',
  columns: [
    { name: 'job', type: 'int' },
    { name: 'state', type: 'string' },
    { name: 'exit', type: 'int' },
    { name: 'duration', type: 'duration' },
    { name: 'line', type: 'string' },
  ],
}

function rowOf({ id, state, exit, duration, line }: JobInfo): Record<string, unknown> {
  return {
    job: id,
    state,
    ...(exit === undefined ? {} : { exit }),
    ...(duration === undefined ? {} : { duration }),
    line,
  }
}

const number = {
  name: 'job',
  type: 'int',
  optional: true,
  summary: 'number of the job; default: the newest',
} as const

/** Errors: JOB_NOT_FOUND. */
function chosen(call: Call, state: SessionState): number {
  const given = call.args['job']
  const id = typeof given === 'number' ? given : state.jobs.running.at(-1)?.id
  if (id !== undefined && state.jobs.find(id) !== undefined) return id
  throw new OcishError('JOB_NOT_FOUND', id === undefined ? 'there is no job' : `there is no job ${id}`, {
    hint: 'Run jobs for the list.',
  })
}

const jobs: SessionCommand = {
  signature: sessionSignature({
    name: 'jobs',
    summary: 'list commands that run beside the prompt, and transfers that an earlier session left',
    output: { form: 'rows', row: jobRow },
    examples: [{ line: 'jobs', note: 'after cp a b & or Ctrl-Z; resume goes on with what was left' }],
  }),
  async *run(_call, state) {
    for (const job of state.jobs.list) yield rowOf(job)
  },
}

const wait: SessionCommand = {
  signature: sessionSignature({
    name: 'wait',
    summary: 'wait until a job has ended',
    params: [number],
    output: { form: 'rows', row: jobRow },
    examples: [{ line: 'wait 1', note: 'ends with the status of the job' }],
  }),
  async *run(call, state) {
    const job = await state.jobs.wait(chosen(call, state), call.signal)
    if (job === undefined) return { exit: 0 }
    yield rowOf(job)
    return { exit: job.exit ?? 0 }
  },
}

const kill: SessionCommand = {
  signature: sessionSignature({
    name: 'kill',
    summary: 'cancel a job',
    params: [number],
    examples: [{ line: 'kill 1', note: 'what was transferred is kept for the next try' }],
  }),
  // oxlint-disable-next-line require-yield -- it ends a job and gives nothing
  async *run(call, state) {
    const id = chosen(call, state)
    if (!state.giveUp(id)) state.jobs.kill(id)
  },
}

const resume: SessionCommand = {
  signature: sessionSignature({
    name: 'resume',
    summary: 'go on with a transfer that an earlier session left',
    params: [{ ...number, summary: 'number of the job; default: the newest that was left' }],
    output: { form: 'rows', row: jobRow },
    examples: [{ line: 'resume', note: 'what is there already is not sent again' }],
  }),
  // oxlint-disable-next-line require-await
  async *run(call, state) {
    const given = call.args['job']
    const id = typeof given === 'number' ? given : state.jobs.left.at(-1)?.id
    const job = id === undefined ? undefined : state.resume(id)
    if (job === undefined)
      throw new OcishError(
        'JOB_NOT_FOUND',
        id === undefined ? 'nothing was left' : `job ${id} was not left`,
        {
          hint: 'Run jobs for the list.',
        },
      )
    yield rowOf(job)
  },
}

export const jobCommands: readonly SessionCommand[] = [jobs, wait, kill, resume]
