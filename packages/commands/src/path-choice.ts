import { globMatch } from '@ocish/core'
import type { Call } from '@ocish/shell'
import { textFlags } from './call-values.ts'

/** Whether a path is one that `--include` and `--exclude` leave. A pattern that fits a folder fits all below it. */
export type PathChoice = (path: string) => boolean

/** Undefined: everything is wanted. */
export function pathChoice(call: Call): PathChoice | undefined {
  const include = textFlags(call, 'include')
  const exclude = textFlags(call, 'exclude')
  if (include.length === 0 && exclude.length === 0) return undefined
  return (path) => (include.length === 0 || fits(include, path)) && !fits(exclude, path)
}

function fits(patterns: readonly string[], path: string): boolean {
  const parts = path.split('/')
  return parts.some((_, at) => {
    const upTo = parts.slice(0, at + 1).join('/')
    return patterns.some((pattern) => globMatch(pattern.replace(/\/+$/, ''), upTo))
  })
}
