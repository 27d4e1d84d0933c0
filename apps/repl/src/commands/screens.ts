import { sessionSignature, type SessionCommand } from './session-command.ts'

const browse: SessionCommand = {
  signature: sessionSignature({
    name: 'browse',
    summary: 'walk through registries, repositories, tags and files on the whole screen',
    params: [{ name: 'location', type: 'location', optional: true, summary: 'where to begin' }],
    examples: [{ line: 'browse ghcr.io/team', note: 'Enter opens, d describes, q leaves' }],
  }),
  // oxlint-disable-next-line require-yield -- it shows a screen and gives nothing
  async *run(call, state, services) {
    const location = typeof call.args['location'] === 'string' ? call.args['location'] : state.context
    await state.fullScreen({ type: 'browse', location, services, signal: call.signal })
  },
}

const watch: SessionCommand = {
  signature: sessionSignature({
    name: 'watch',
    summary: 'show what a location holds, again and again, with what changed',
    params: [{ name: 'location', type: 'location', summary: 'whatever ls lists' }],
    flags: [{ name: 'every', type: 'duration', summary: 'how often', default: 5000 }],
    examples: [{ line: 'watch ghcr.io/team/app', note: 'new tags appear marked' }],
  }),
  // oxlint-disable-next-line require-yield -- it shows a screen and gives nothing
  async *run(call, state, services) {
    const { every } = call.flags
    const seconds = Math.max(1, (typeof every === 'number' ? every : 5000) / 1000)
    const location = String(call.args['location'])
    await state.fullScreen({ type: 'watch', location, seconds, services, signal: call.signal })
  },
}

export const screenCommands: readonly SessionCommand[] = [browse, watch]
