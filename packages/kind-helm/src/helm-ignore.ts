import { ignoreFile } from './constants.ts'
import { parseGlob, type Glob } from './go-glob.ts'
import { refused } from './parse-yaml.ts'

interface Rule {
  readonly negated: boolean
  readonly foldersOnly: boolean
  readonly fits: (path: string) => boolean
}

export interface HelmIgnore {
  /** Lines that hide everything that does not fit them, which hardly anyone means. */
  readonly negations: readonly number[]
  /** A path below the chart's root, `/`-separated. What is in an ignored folder is not asked. */
  ignores(path: string, isFolder: boolean): boolean
}

/**
 * The rules of a .helmignore, which is not gitignore: the first rule that decides wins, and `!x` ignores all but x
 * (specs/helm.md §13). Errors: KIND_INPUT_INVALID with the line for `**` and malformed patterns.
 */
export function parseHelmIgnore(text: string): HelmIgnore {
  const rules: Rule[] = []
  const negations: number[] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const pattern = line.trim()
    if (pattern === '' || pattern.startsWith('#')) continue
    if (pattern.startsWith('!')) negations.push(index + 1)
    rules.push(parseRule(pattern, index + 1))
  }
  rules.push(parseRule('templates/.?*', 0))
  return { negations, ignores: (path, isFolder) => decide(rules, path, isFolder) }
}

function decide(rules: readonly Rule[], path: string, isFolder: boolean): boolean {
  if (path === '' || path === '.' || path === './') return false
  for (const rule of rules) {
    if (rule.negated) {
      if (rule.foldersOnly && !isFolder) return true
      if (!rule.fits(path)) return true
    } else if ((!rule.foldersOnly || isFolder) && rule.fits(path)) return true
  }
  return false
}

function parseRule(line: string, at: number): Rule {
  if (line.includes('**')) throw refused(ignoreFile, 'a double star is not supported', at)
  const negated = line.startsWith('!')
  const positive = negated ? line.slice(1) : line
  const foldersOnly = positive.endsWith('/')
  const pattern = foldersOnly ? positive.slice(0, -1) : positive
  return { negated, foldersOnly, fits: matcher(pattern, at) }
}

function matcher(pattern: string, at: number): (path: string) => boolean {
  const rooted = pattern.startsWith('/')
  const glob: Glob | undefined = parseGlob(rooted ? pattern.slice(1) : pattern)
  if (glob === undefined) throw refused(ignoreFile, `${JSON.stringify(pattern)} is no pattern`, at)
  if (rooted || pattern.includes('/')) return glob
  return (path) => glob(path.slice(path.lastIndexOf('/') + 1))
}
