/** A row of `ostree ls … -o json`. */
interface Row {
  readonly mode: string
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly checksum: string
  readonly path: string
  readonly target: string
  readonly meta: string
  readonly xattrs: readonly string[]
}

/** What `ocish ostree ls REPO REF --recursive -o json` printed, as libostree's `ostree ls -RXC` prints it. */
export function libostreeListing(json: string): string {
  return (JSON.parse(json) as readonly Row[]).map(lineOf).join('')
}

function lineOf(row: Row): string {
  const sums = row.meta === '' ? row.checksum : `${row.checksum} ${row.meta}`
  const target = row.mode.startsWith('l') ? ` -> ${row.target}` : ''
  const size = String(row.size).padStart(6)
  return `${row.mode} ${row.uid} ${row.gid} ${size} ${sums} { ${variantText(row.xattrs)} } ${row.path}${target}\n`
}

/** GLib's text of an `a(ayay)`; the type of bytes is written with the first ones only. */
function variantText(xattrs: readonly string[]): string {
  if (xattrs.length === 0) return '@a(ayay) []'
  const pairs = xattrs.map((pair, index) => {
    const equals = pair.lastIndexOf('=')
    const bytes = [...Buffer.from(pair.slice(equals + 1), 'hex')].map(
      (byte) => `0x${byte.toString(16).padStart(2, '0')}`,
    )
    return `(b'${pair.slice(0, equals)}', [${index === 0 ? 'byte ' : ''}${bytes.join(', ')}])`
  })
  return `[${pairs.join(', ')}]`
}
