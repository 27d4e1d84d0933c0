import { homedir } from 'node:os'
import { type Bytes, OcishError } from '@ocish/sdk'
import {
  type BoundCall,
  type BoundProgram,
  type Command,
  deadline,
  isRaw,
  run,
  type RunOptions,
} from '@ocish/shell'
import { callDefaults, expandPaths, loadCommand, localFiles, type Services, type Session } from '@ocish/host'
import { dryExternals, dryFiles } from './dry-run.ts'
import { externals } from './externals.ts'
import { print } from './print.ts'
import type { ProgramContext, ProgramRequest } from './run-program.ts'
import { type RunSessions, runSessions } from './sessions.ts'
import type { Terminal } from './terminal.ts'
import { together } from './together.ts'

/** A bound program and what it runs with. */
export interface Running {
  readonly request: ProgramRequest
  readonly context: ProgramContext
  /** Standard input as data. */
  readonly bytes: Bytes | undefined
  /** The call of a program that is one call. */
  readonly only: BoundCall | undefined
}

/** Runs a program without mistakes and prints what it gives. Answers the exit status; failures are thrown. */
export async function runBound(bound: BoundProgram, running: Running): Promise<number> {
  const { request, context, only } = running
  const { terminal } = context
  const { flags } = request
  await using sessions = runSessions({ ...context, flags })
  const session = await sessions.get(only)
  const defaults = callDefaults(session.config)
  const shown = together(flags.common, only?.common)
  const { color = 'auto' } = defaults
  terminal.use(flags.common.color === 'auto' ? { ...shown, color } : shown)
  using scope = new DisposableStack()
  scope.use(
    deadline(flags.common.timeout ?? only?.common.timeout ?? defaults.timeout, (reason) =>
      terminal.stop(reason),
    ),
  )
  const work = run(bound, runOptions(running, session, sessions))
  try {
    let step = await work.next()
    for (; step.done !== true; step = await work.next()) {
      const { edge, common, external, exit } = step.value
      const merged = together(flags.common, common)
      const output = merged.output ?? (external ? undefined : defaults.output)
      const raw = external || isRaw(bound, step.value)
      const printed = output === undefined ? merged : { ...merged, output }
      await print(edge, terminal, { flags: printed, raw, exit })
    }
    return step.value.exit
  } finally {
    await work.return({ exit: 0 })
  }
}

function runOptions(running: Running, session: Session, sessions: RunSessions): RunOptions<Services> {
  const { request, context, bytes } = running
  const { terminal, commands } = context
  const { flags, args } = request
  const base = { cwd: process.cwd(), home: homedir(), restricted: flags.restricted }
  const dryRun = flags.common.dryRun
  const files = localFiles(base)
  const owner = { flush: async () => terminal.end(), note: (message: string) => terminal.note(message) }
  return {
    commands,
    load: async (name) => withDeadline(await commandFor(name, session), terminal),
    services: async (call) => {
      if (flags.restricted) refuse(call)
      return sessions.get(call)
    },
    signal: terminal.signal,
    files: dryRun ? dryFiles(files, owner.note) : files,
    ...(flags.restricted ? {} : { externals: dryRun ? dryExternals(owner.note) : externals(owner.flush) }),
    // References with patterns are expanded by the commands that take several of them.
    expand: (pattern, type, signal) =>
      type === 'path' ? expandPaths(pattern, base, signal) : one(pattern.replaceAll(/\\(.)/gs, '$1')),
    glob: session.options.glob,
    args,
    variables: [['env', { ...process.env }]],
    ...(bytes === undefined ? {} : { input: bytes }),
    look: terminal.look,
  }
}

// oxlint-disable-next-line require-await
async function* one(text: string): AsyncGenerator<string, void> {
  yield text
}

async function commandFor(name: string, session: Session): Promise<Command<Services>> {
  const own = session.kindCommands.find((command) => command.signature.name === name)
  const command = own ?? (await loadCommand(name))
  if (command === undefined) throw new TypeError(`${name} has a signature and no code`)
  return command
}

/** `--timeout` on one call of several. */
function withDeadline(command: Command<Services>, terminal: Terminal): Command<Services> {
  return {
    ...command,
    async *run(call, services) {
      const timeout = call.flags['timeout']
      using scope = new DisposableStack()
      scope.use(
        deadline(typeof timeout === 'number' ? timeout : undefined, (reason) => terminal.stop(reason)),
      )
      return yield* command.run(call, services)
    },
  }
}

const pluginVerbs = ['add', 'rm', 'enable', 'disable', 'new', 'doctor']
const changing = ['login', 'logout', 'set', 'alias', ...pluginVerbs.map((verb) => `plugin ${verb}`)]
const pathFlags = ['config', 'ca-file', 'cert', 'key']

/** What a restricted program may not do besides leaving its folder. Errors: RESTRICTED. */
function refuse({ signature, flags }: BoundCall): void {
  const flag = pathFlags.find((name) => typeof flags[name] === 'string')
  if (!changing.includes(signature.name) && flag === undefined) return
  const what = flag === undefined ? signature.name : `--${flag}`
  throw new OcishError('RESTRICTED', `${what} is not for restricted programs`, {
    hint: 'Leave out --restricted.',
  })
}
