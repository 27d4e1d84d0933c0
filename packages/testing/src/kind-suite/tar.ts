import { gzipSync, zstdCompressSync } from 'node:zlib'
import { bytesOf } from '../content.ts'

/** An entry of a tar made to offend: whatever name, type flag and link target. */
export interface TarEntry {
  readonly name: string
  /** POSIX type flag: `0` file, `1` hard link, `2` symbolic link, `3` and `4` devices, `5` folder, `6` fifo, `x` pax header. */
  readonly type?: string
  readonly link?: string
  readonly content?: string
  /** A size that is not the content's. */
  readonly claimedSize?: number
}

/** The bytes of a ustar archive, compressed as the media type says. */
export function hostileTar(entries: readonly TarEntry[], mediaType: string): Uint8Array {
  const tar = Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)])
  if (/[+.]gzip$/.test(mediaType)) return gzipSync(tar)
  return /[+.]zstd$/.test(mediaType) ? zstdCompressSync(tar) : tar
}

/** What extraction has to survive: each archive tries one way out of its folder, or one thing no archive should bring. */
export const hostileTars: Readonly<Record<string, readonly TarEntry[]>> = {
  'an absolute path': [{ name: '/outside', content: 'x' }],
  'a path that climbs': [{ name: '../outside', content: 'x' }],
  'a path that climbs later': [{ name: 'a/../../outside', content: 'x' }],
  'a pax path that climbs': [
    { name: 'pax', type: 'x', content: paxRecord('path', '../outside') },
    { name: 'a', content: 'x' },
  ],
  'a link out': [{ name: 'link', type: '2', link: '../..' }],
  'a link to the root': [{ name: 'link', type: '2', link: '/' }],
  'a file through a link': [
    { name: 'link', type: '2', link: '/tmp' },
    { name: 'link/outside', content: 'x' },
  ],
  'a hard link out': [{ name: 'link', type: '1', link: '../../etc/passwd' }],
  'a hard link to the root': [{ name: 'link', type: '1', link: '/etc/passwd' }],
  'a character device': [{ name: 'null', type: '3' }],
  'a block device': [{ name: 'disk', type: '4' }],
  'a fifo': [{ name: 'pipe', type: '6' }],
  'an empty name': [{ name: '', content: 'x' }],
  'the folder itself': [{ name: '.', content: 'x' }],
  'a name with a NUL of pax': [
    { name: 'pax', type: 'x', content: paxRecord('path', 'a\0b') },
    { name: 'a', content: 'x' },
  ],
  'a drive letter': [{ name: 'C:\\outside', content: 'x' }],
  'a size beyond the end': [{ name: 'a', content: 'x', claimedSize: 0o77777777 }],
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return `${length}${rest}`
}

function blocksOf({ name, type = '0', link = '', content = '', claimedSize }: TarEntry): Buffer[] {
  const body = bytesOf(content)
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${(claimedSize ?? body.length).toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157, 100)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padded = Buffer.alloc(Math.ceil(body.length / 512) * 512)
  padded.set(body)
  return [header, padded]
}
