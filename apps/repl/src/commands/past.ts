import type { RowType } from '@ocish/shell'
import { sessionSignature, type SessionCommand } from './session-command.ts'

/** A line of the history. */
const historyRow: RowType = {
  name: 'HistoryEntry',
  columns: [
    { name: 'time', type: 'time' },
    { name: 'context', type: 'string' },
    { name: 'status', type: 'int' },
    { name: 'duration', type: 'duration' },
    { name: 'line', type: 'string' },
  ],
}

const history: SessionCommand = {
  signature: sessionSignature({
    name: 'history',
    summary: 'list the lines of this and other sessions',
    params: [],
    flags: [
      { name: 'context', type: 'bool', summary: 'only lines of this context' },
      { name: 'grep', type: 'string', summary: 'only lines that hold this text' },
    ],
    output: { form: 'rows', row: historyRow },
    examples: [{ line: 'history --context | last 20', note: 'what was done here lately' }],
  }),
  async *run(call, state) {
    state.history.refresh()
    const wanted = typeof call.flags['grep'] === 'string' ? call.flags['grep'].toLowerCase() : ''
    for (const line of state.history.lines) {
      if (call.flags['context'] === true && line.context !== state.context) continue
      if (!line.text.toLowerCase().includes(wanted)) continue
      yield {
        time: new Date(line.at),
        context: line.context,
        ...(line.status === undefined ? {} : { status: line.status }),
        ...(line.duration === undefined ? {} : { duration: line.duration }),
        line: line.text,
      }
    }
  },
}

export const pastCommands: readonly SessionCommand[] = [history]
