/** Compares every manifest and every import with the table in docs/architecture.md; prints what breaks it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findImports, type Import } from './imports.ts'

interface Row {
  readonly layer: number | undefined
  readonly name: string
  /** Allowed packages; the value says that only `import()` may reach it. */
  readonly may: ReadonlyMap<string, { readonly lazy: boolean }>
  readonly everything: boolean
}

interface Package {
  readonly folder: string
  readonly short: string
  readonly dependencies: ReadonlySet<string>
}

/** The rows of the table; a name may end in `*`. */
export function readTable(markdown: string): readonly Row[] {
  const rows: Row[] = []
  for (const line of markdown.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim())
    const name = /^`([\w*-]+)`$/.exec(cells[2] ?? '')?.[1]
    if (name === undefined || cells.length < 6) continue
    const may = new Map<string, { lazy: boolean }>()
    for (const part of (cells[4] ?? '').split(',')) {
      const allowed = /`([\w*-]+)`/.exec(part)?.[1]
      if (allowed !== undefined) may.set(allowed, { lazy: part.includes('import()') })
    }
    const layer = /^\d+$/.test(cells[1] ?? '') ? Number(cells[1]) : undefined
    rows.push({ layer, name, may, everything: cells[4] === 'everything' })
  }
  return rows
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name
}

/** What one package does that its row does not allow. */
export function violations(
  rows: readonly Row[],
  pkg: Package,
  imports: readonly Import[],
): readonly string[] {
  const row = rows.find((candidate) => fits(candidate.name, pkg.short))
  if (row === undefined) return [`${pkg.folder}: no row in docs/architecture.md`]
  if (row.everything) return []
  const found: string[] = []
  const allowedBy = (name: string): { readonly lazy: boolean } | undefined =>
    [...row.may].find(([pattern]) => fits(pattern, name))?.[1]
  for (const dependency of pkg.dependencies) {
    if (allowedBy(dependency) === undefined) found.push(`${pkg.folder}/package.json names ${dependency}`)
    const layer = rows.find((candidate) => fits(candidate.name, dependency))?.layer
    if (row.layer !== undefined && layer !== undefined && layer >= row.layer) {
      found.push(`${pkg.folder} (layer ${row.layer}) depends on ${dependency} (layer ${layer})`)
    }
  }
  for (const one of imports) found.push(...violationsOfImport(pkg, one, allowedBy))
  return found
}

function violationsOfImport(
  pkg: Package,
  one: Import,
  allowedBy: (name: string) => { readonly lazy: boolean } | undefined,
): readonly string[] {
  const name =
    /^@ocish\/([\w-]+)/.exec(one.specifier)?.[1] ?? (one.specifier === 'ocish' ? 'ocish' : undefined)
  if (name === undefined || name === pkg.short) return []
  if (one.test && name === 'testing') return []
  const allowed = allowedBy(name)
  if (allowed === undefined) return [`${one.file}:${one.line} imports ${one.specifier}`]
  if (!pkg.dependencies.has(name))
    return [`${one.file}:${one.line}: ${pkg.folder}/package.json does not name ${name}`]
  if (
    allowed.lazy &&
    !one.dynamic &&
    !one.test &&
    !one.typeOnly &&
    !one.specifier.endsWith('/package.json')
  ) {
    return [`${one.file}:${one.line} imports ${one.specifier} without import()`]
  }
  return []
}

/** The workspace's packages with the ocish packages they name. */
export function readPackages(root: string): readonly Package[] {
  const folders = ['packages', 'apps'].flatMap((top) =>
    readdirSync(join(root, top)).map((name) => `${top}/${name}`),
  )
  return [...folders, 'tooling'].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      name: string
      dependencies?: Record<string, string>
      devDependencies?: Record<string, string>
      peerDependencies?: Record<string, string>
    }
    const named = Object.keys({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.peerDependencies,
    })
    return {
      folder,
      short: manifest.name.replace('@ocish/', ''),
      dependencies: new Set(
        named.filter((name) => name.startsWith('@ocish/')).map((name) => name.replace('@ocish/', '')),
      ),
    }
  })
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..')
  const rows = readTable(readFileSync(join(root, 'docs/architecture.md'), 'utf8'))
  const packages = readPackages(root)
  const found = packages.flatMap((pkg) => violations(rows, pkg, findImports(root, `${pkg.folder}/src`)))
  for (const line of found) console.error(line)
  console.log(`layers: ${packages.length} packages, ${rows.length} rows, ${found.length} violations`)
  if (rows.length < 10 || found.length > 0) process.exitCode = 1
}
