/** Compares each package's built type declarations with `api/`; `--write` updates them. A difference is a change of a contract. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const write = process.argv.slice(2).includes('--write')

/** `packages/x/dist/index.d.mts` and the declarations of its other entries, joined. */
function declarations(folder: string): string {
  const dist = join(root, 'packages', folder, 'dist')
  return readdirSync(dist)
    .filter((name) => name.endsWith('.d.mts'))
    .toSorted()
    .map(
      (name) =>
        `// ${name.replace(/-[\w-]{8}\.d\.mts$/, '.d.mts')}\n${readFileSync(join(dist, name), 'utf8')}`,
    )
    .join('\n')
    .replaceAll(/-[\w-]{8}\.mjs/g, '.mjs')
    .replaceAll(/\/\/# sourceMappingURL.*\n?/g, '')
}

let different = 0
mkdirSync(join(root, 'api'), { recursive: true })
for (const folder of readdirSync(join(root, 'packages'))) {
  const snapshot = join(root, 'api', `${folder}.d.ts`)
  const built = declarations(folder)
  if (write) writeFileSync(snapshot, built)
  else if (!existsSync(snapshot) || readFileSync(snapshot, 'utf8') !== built) {
    console.error(`api/${folder}.d.ts differs from what was built: run 'pnpm api' and review the change`)
    different += 1
  }
}
console.log(write ? 'api: written' : `api: ${different} packages differ`)
if (different > 0) process.exitCode = 1
