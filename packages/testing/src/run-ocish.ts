import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from './temporary-folder.ts'

/** How a run of the program ended. */
export interface OcishRun {
  /** The exit status; for a signal 128 + its number is what a shell shows, here it is null. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output as bytes, for artifacts' contents. */
  readonly bytes: Uint8Array
}

/** What a run of the built program gets. */
export interface OcishRunOptions {
  readonly stdin?: string | Uint8Array
  /** Added to a clean environment; `HOME` is a folder that goes away with the run unless it is given. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Options for node itself, before the program's file. */
  readonly nodeArgs?: readonly string[]
}

/** A started program: `child` for signals and slow pipes, `done` for its end. */
export interface StartedOcish {
  readonly child: ChildProcessWithoutNullStreams
  readonly done: Promise<OcishRun>
}

/** The built program: `OCISH_BIN`, or that of this checkout. */
export const ocishBin: string =
  process.env['OCISH_BIN'] ?? fileURLToPath(new URL('../../../apps/cli/dist/bin.mjs', import.meta.url))

/** Starts the built program (`apps/cli/dist/bin.mjs`) with a clean environment. */
export function startOcish(
  args: readonly string[],
  options: OcishRunOptions & { readonly home: string },
): StartedOcish {
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), ocishBin, ...args], {
    cwd: options.cwd ?? options.home,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: options.home,
      LANG: 'C.UTF-8',
      ...options.env,
    },
    stdio: 'pipe',
  })
  // The program may end before it has read everything.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.stdin ?? '')
  return { child, done: collect(child) }
}

/** Runs the built program to its end, for tests named `*.e2e.test.ts`. */
export async function runOcish(args: readonly string[], options: OcishRunOptions = {}): Promise<OcishRun> {
  await using home = await temporaryFolder('ocish-home-')
  return await startOcish(args, { ...options, home: options.env?.['HOME'] ?? home.path }).done
}

async function collect(child: ChildProcessWithoutNullStreams): Promise<OcishRun> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  const bytes = Buffer.concat(stdout)
  return { code, signal, bytes, stdout: bytes.toString(), stderr: Buffer.concat(stderr).toString() }
}
