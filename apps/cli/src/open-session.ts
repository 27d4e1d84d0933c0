import { homedir } from 'node:os'
import { allKinds, pathsFrom } from '@ocish/host'
import { type DoorFlags, doorOf } from './doors.ts'
import type { externals as loadedExternals } from './externals.ts'
import type { Externals } from '@ocish/shell'

/** Opens a session when nothing but flags was said; undefined: these words want something else, or are mistaken. */
export async function openSession(words: readonly string[], version: string): Promise<number | undefined> {
  const plain = words.includes('--plain')
  const said = words.filter((word) => word !== '--plain')
  const door = said.length === 0 ? {} : flagsOf(said)
  if (door === undefined) return undefined
  const { startSession } = await import('@ocish/repl')
  return startSession({
    version,
    plain,
    externals,
    ...(door.common === undefined ? {} : { flags: door.common }),
    ...(door.allowHosts === undefined ? {} : { allowHosts: door.allowHosts }),
    // After the first prompt: files are read for it.
    get kinds() {
      return allKinds(pathsFrom(process.env, homedir()))
    },
  })
}

/** Few sessions run another program, and the first prompt waits for what is loaded before it. */
function externals(...given: Parameters<typeof loadedExternals>): Externals {
  return {
    run(external) {
      const running = import('./externals.ts').then((own) => own.externals(...given).run(external))
      const output = (async function* () {
        yield* (await running).output
      })()
      const exit = running.then(async (run) => run.exit)
      // Who reads the output hears of it there.
      exit.catch(() => undefined)
      return { output, exit }
    },
  }
}

/** The mistakes in them are told where every mistake is. */
function flagsOf(words: readonly string[]): Partial<DoorFlags> | undefined {
  try {
    const { kind, flags } = doorOf(words)
    return kind === 'none' && !flags.check && !flags.explain && !flags.restricted ? flags : undefined
  } catch {
    return undefined
  }
}
