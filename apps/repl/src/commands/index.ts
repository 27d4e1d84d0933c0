import { jobCommands } from './jobs.ts'
import { moveCommands } from './move.ts'
import { pastCommands } from './past.ts'
import { screenCommands } from './screens.ts'
import type { SessionCommand } from './session-command.ts'
import { tutorialCommands } from './tutorial.ts'

/** The commands that exist only in a session. */
export const sessionCommands: readonly SessionCommand[] = [
  ...moveCommands,
  ...pastCommands,
  ...jobCommands,
  ...screenCommands,
  ...tutorialCommands,
]
