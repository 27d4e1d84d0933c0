/** `pnpm shots`: the pictures of the documentation, taken from a session on a pseudo terminal. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { takeShots } from './session.ts'
import { svgOf } from './svg.ts'

const root = join(import.meta.dirname, '../../..')
const folder = join(root, 'docs/pictures')
const bin = process.env['OCISH_BIN'] ?? join(root, 'apps/cli/dist/bin.mjs')

await mkdir(folder, { recursive: true })
for (const [name, picture] of await takeShots(bin)) {
  await writeFile(join(folder, `${name}.svg`), svgOf(picture))
  console.log(`docs/pictures/${name}.svg`)
}
