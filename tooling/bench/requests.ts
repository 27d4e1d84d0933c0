import { join } from 'node:path'
import { dockerRegistry } from '@ocish/testing'
import { atMost, type Case } from './case.ts'
import { writeImage } from './image.ts'
import { ocish } from './processes.ts'
import { slowProxy } from './slow-proxy.ts'

/** Requests of copies, and bytes, seen by a counting proxy before each side. */
export const copyRequests: Case = {
  id: 'P19',
  title: 'requests of a copy',
  async run(environment) {
    const [layout, single] = [join(environment.work, 'requests'), join(environment.work, 'single')]
    await writeImage(layout, 60, 1024, 2)
    await writeImage(single, 1, 65_536, 3)
    await using registry = await dockerRegistry()
    await using other = await dockerRegistry()
    await using source = await slowProxy(registry.host, 0)
    await using target = await slowProxy(other.host, 0)
    await ocish(environment, 'cp', `oci:${layout}:1`, `${registry.host}/bench/counted:1`)
    await ocish(environment, 'cp', `oci:${single}:1`, `${registry.host}/bench/single:1`)
    const copy = async (from: string, to: string): Promise<number> => {
      source.reset()
      target.reset()
      await ocish(environment, 'cp', '--no-cache', from, to)
      return source.requests.length + target.requests.length
    }
    const [from, to] = [`${source.address}/bench/counted:1`, `${target.address}/bench/copied:1`]
    const cold = await copy(from, to)
    const again = await copy(from, to)
    const body = target.received
    const mounted = await copy(`${source.address}/bench/single:1`, `${source.address}/bench/mounted:1`)
    return [
      atMost('P19', 'copy of 60 layers, both sides', cold, 247, 'requests'),
      atMost('P11', 'copy of what is there, both sides', again, 2, 'requests'),
      atMost('P11', 'copy of what is there', body, 0, 'bytes'),
      atMost('P12', 'copy to another repository of the registry', mounted, 7, 'requests'),
    ]
  },
}
