import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Side } from './measure.ts'
import { findProgram, runProcess } from './processes.ts'

interface Ends {
  /** `HOST/REPOSITORY:TAG` or `oci:FOLDER:TAG`. */
  readonly from: string
  readonly to: string
}

const size = 'Content-Type: application/octet-stream'

/**
 * The least that a transfer of the largest blob of a layout can cost: curl moves its bytes between the same ends, hashes
 * nothing and writes no manifest. Undefined without curl.
 */
export async function floorOfLarge(layout: string, ends: () => Ends): Promise<Side | undefined> {
  const curl = findProgram('curl')
  if (curl === undefined) return undefined
  const folder = join(layout, 'blobs/sha256')
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (name) => ({ name, size: (await stat(join(folder, name))).size })),
  )
  const blob = sizes.toSorted((a, b) => b.size - a.size)[0]?.name ?? ''
  const local = (place: string): string => place.slice('oci:'.length).replace(/:1$/, '')
  const remote = (place: string): string => `http://${place.replace('/', '/v2/').replace(/:1$/, '')}/blobs`
  return {
    name: 'curl alone',
    run: () => {
      const { from, to } = ends()
      const get = from.startsWith('oci:')
        ? `cat ${local(from)}/blobs/sha256/${blob}`
        : `${curl} -sf ${remote(from)}/sha256:${blob}`
      if (to.startsWith('oci:')) return runProcess('sh', ['-c', `${get} -o ${local(to)}.blob`])
      const open = `${curl} -sf -o /dev/null -X POST -w '%header{location}' ${remote(to)}/uploads/`
      const put = `${curl} -sf -o /dev/null -H '${size}' -H Expect: -T`
      const end = `"$at&digest=sha256:${blob}"`
      const file = `${local(from)}/blobs/sha256/${blob}`
      const send = from.startsWith('oci:') ? `${put} ${file} ${end}` : `${get} | ${put} - ${end}`
      return runProcess('sh', ['-c', `at=$(${open}) && ${send}`])
    },
  }
}

/**
 * The least that a copy of many small blobs from a registry can cost a program for Node: a script that moves and hashes
 * them, `sockets` at a time, and does nothing else.
 */
export function floorOfMany(sockets: number, ends: () => Ends): Side {
  const script = join(import.meta.dirname, 'bare-copy.ts')
  return {
    name: 'a bare Node script',
    run: () => {
      const { from, to } = ends()
      return runProcess(process.execPath, [script, from, to, String(sockets)])
    },
  }
}
