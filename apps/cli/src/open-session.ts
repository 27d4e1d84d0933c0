import { homedir } from 'node:os'
import { allKinds, pathsFrom } from '@ocish/host'
import { type DoorFlags, doorOf } from './doors.ts'
import { externals } from './externals.ts'

/** Opens a session when nothing but flags was said; undefined: these words want something else, or are mistaken. */
export async function openSession(words: readonly string[], version: string): Promise<number | undefined> {
  const plain = words.includes('--plain')
  const door = flagsOf(words.filter((word) => word !== '--plain'))
  if (door === undefined) return undefined
  const { startSession } = await import('@ocish/repl')
  const kinds = allKinds(pathsFrom(process.env, homedir()))
  const { common: flags, allowHosts } = door
  const hosts = allowHosts === undefined ? {} : { allowHosts }
  return startSession({ version, flags, kinds, plain, externals, ...hosts })
}

/** The mistakes in them are told where every mistake is. */
function flagsOf(words: readonly string[]): DoorFlags | undefined {
  try {
    const { kind, flags } = doorOf(words)
    return kind === 'none' && !flags.check && !flags.explain && !flags.restricted ? flags : undefined
  } catch {
    return undefined
  }
}
