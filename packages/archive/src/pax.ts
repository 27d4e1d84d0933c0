import { OcishError } from '@ocish/sdk'

/** The records of a pax extended header: `length key=value\n`, values are bytes (POSIX pax, "pax Header Block"). */
export function parsePaxRecords(body: Uint8Array): Map<string, Uint8Array> {
  const records = new Map<string, Uint8Array>()
  let offset = 0
  while (offset < body.length && body[offset] !== 0) {
    const space = body.indexOf(0x20, offset)
    const digits = space < 0 ? '' : Buffer.from(body.subarray(offset, space)).toString('latin1')
    const length = /^\d{1,9}$/.test(digits) ? Number(digits) : 0
    const end = offset + length
    const equals = body.indexOf(0x3d, space)
    if (
      length < digits.length + 4 ||
      end > body.length ||
      equals < 0 ||
      equals >= end ||
      body[end - 1] !== 0x0a
    ) {
      throw new OcishError('ARCHIVE_INVALID', `malformed pax record at byte ${offset} of an extended header`)
    }
    records.set(
      Buffer.from(body.subarray(space + 1, equals)).toString('utf8'),
      body.subarray(equals + 1, end - 1),
    )
    offset = end
  }
  return records
}

/** The body of a pax header: `LENGTH KEY=VALUE` lines, in the order of the map. */
export function encodePaxRecords(records: ReadonlyMap<string, Uint8Array | string>): Buffer {
  const lines: Buffer[] = []
  for (const [key, value] of records) {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')])
    // The length counts its own digits.
    let length = rest.length + String(rest.length).length
    length = rest.length + String(length).length
    lines.push(Buffer.concat([Buffer.from(String(length)), rest]))
  }
  return Buffer.concat(lines)
}
