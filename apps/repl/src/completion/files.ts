import { loadCommand, type Services } from '@ocish/host'
import { humanSize } from '@ocish/shell/text'
import type { RemoteList } from './engine.ts'
import { absolute, hostOf } from './place.ts'

/** What `ls REF//` lists. */
export function files(services: Services, base: string): RemoteList {
  return {
    type: 'remote',
    key: `files ${base}`,
    source: hostOf(absolute(services, base.slice(0, base.indexOf('//')))),
    async *fetch(signal) {
      const command = await loadCommand('ls')
      if (command === undefined) return
      const inner = base.slice(base.indexOf('//') + 2)
      const root = base.slice(0, base.indexOf('//') + 2)
      const seen = new Set<string>()
      for await (const row of command.run(
        { args: { location: [root] }, flags: {}, options: {}, signal },
        services,
      )) {
        const { path: whole, size } = row as { readonly path?: unknown; readonly size?: unknown }
        const path = typeof whole === 'string' ? whole.replace(/^\/+/, '') : ''
        if (!path.startsWith(inner)) continue
        const rest = path.slice(inner.length)
        const slash = rest.indexOf('/')
        const part = slash < 0 ? rest : rest.slice(0, slash + 1)
        if (part === '' || seen.has(part)) continue
        seen.add(part)
        yield [
          {
            value: `${base}${part}`,
            label: part,
            more: slash >= 0,
            columns: [slash >= 0 || typeof size !== 'number' ? '' : humanSize(size)],
          },
        ]
      }
    },
  }
}
