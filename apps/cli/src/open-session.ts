import { homedir } from 'node:os'
import { allKinds, pathsFrom } from '@ocish/host'
import { doorOf } from './doors.ts'
import { externals } from './externals.ts'

/** Opens a session when nothing but flags was said; undefined: these words want something else, or are mistaken. */
export async function openSession(words: readonly string[], version: string): Promise<number | undefined> {
  const plain = words.includes('--plain')
  const flags = flagsOf(words.filter((word) => word !== '--plain'))
  if (flags === undefined) return undefined
  const { startSession } = await import('@ocish/repl')
  const kinds = allKinds(pathsFrom(process.env, homedir()))
  return startSession({ version, flags, kinds, plain, externals })
}

/** The mistakes in them are told where every mistake is. */
function flagsOf(words: readonly string[]): ReturnType<typeof doorOf>['flags']['common'] | undefined {
  try {
    const { kind, flags } = doorOf(words)
    return kind === 'none' && !flags.check && !flags.explain && !flags.restricted ? flags.common : undefined
  } catch {
    return undefined
  }
}
