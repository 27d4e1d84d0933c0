import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What is pushed: files, and the words after `push`. A new kind adds its own line. */
interface Demo {
  readonly files: Readonly<Record<string, string>>
  readonly push: readonly string[]
}

const demos = (address: string): readonly Demo[] => [
  {
    files: { 'notes/hello.txt': 'hello\n', 'notes/world.txt': 'world\n' },
    push: ['notes/hello.txt', 'notes/world.txt', `${address}/demo/notes:1.0`],
  },
  { files: { 'notes/hello.txt': 'hello again\n' }, push: ['notes/hello.txt', `${address}/demo/notes:1.1`] },
  {
    files: {
      'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.0\ndescription: A small web server\n',
      'chart/values.yaml': 'replicas: 1\n',
      'chart/templates/service.yaml': 'kind: Service\napiVersion: v1\nmetadata:\n  name: web\n',
    },
    push: ['--as', 'helm', './chart', `${address}/demo/web:1.2.0`],
  },
]

/** Fills a registry with one artifact of each kind, through the program's own `push`. */
export async function fillRegistry(
  address: string,
  folder: string,
  run: (words: readonly string[]) => Promise<void>,
): Promise<void> {
  for (const { files, push } of demos(address)) {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    await run(['push', '-q', ...push])
  }
}
