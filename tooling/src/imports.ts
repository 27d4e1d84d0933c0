import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Import {
  readonly file: string
  readonly line: number
  readonly specifier: string
  readonly dynamic: boolean
  readonly typeOnly: boolean
  readonly test: boolean
}

const pattern =
  /(?:^|[;\s])(?:(?<kind>import|export)(?<type>\s+type)?\b[^'"();]*?\bfrom\s*['"](?<from>[^'"]+)['"]|import\s*['"](?<bare>[^'"]+)['"]|import\(\s*['"](?<dynamic>[^'"]+)['"])/gm

/** All import specifiers of one source text. */
export function importsOf(file: string, source: string): readonly Import[] {
  const test = /\.test(?:-d|-kit)?\.tsx?$/.test(file)
  const found: Import[] = []
  for (const match of source.matchAll(pattern)) {
    const groups = match.groups ?? {}
    const specifier = groups['from'] ?? groups['bare'] ?? groups['dynamic']
    if (specifier === undefined) continue
    found.push({
      file,
      line: source.slice(0, match.index + match[0].length).split('\n').length,
      specifier,
      dynamic: groups['dynamic'] !== undefined,
      typeOnly: groups['type'] !== undefined,
      test,
    })
  }
  return found
}

/** All imports of the TypeScript files below `folder`, with paths relative to `root`. */
export function findImports(root: string, folder: string): readonly Import[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name)
      return importsOf(path.slice(root.length + 1), readFileSync(path, 'utf8'))
    })
}
