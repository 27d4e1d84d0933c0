import { promises as fs } from 'node:fs'
import { userInfo } from 'node:os'
import type { TreeEntry } from '@ocish/sdk'

type Names = ReadonlyMap<number, string>

let users: Promise<Names> | undefined
let groups: Promise<Names> | undefined

/** Who owns a file. The names are those of this machine's own tables; an id that is in none has no name. */
export async function ownerOf({
  uid,
  gid,
}: {
  readonly uid: number
  readonly gid: number
}): Promise<NonNullable<TreeEntry['owner']>> {
  users ??= namesIn('/etc/passwd', ownUser())
  groups ??= namesIn('/etc/group', [])
  const [user, group] = [(await users).get(uid), (await groups).get(gid)]
  return { uid, gid, ...(user !== undefined && { user }), ...(group !== undefined && { group }) }
}

/** `name:password:id:…` for each line (passwd(5), group(5)); the first entry of an id counts. */
async function namesIn(file: string, known: readonly (readonly [number, string])[]): Promise<Names> {
  const text = await fs.readFile(file, 'utf8').catch(() => '')
  const names = new Map<number, string>([[0, 'root']])
  for (const line of text.split('\n').toReversed()) {
    const [name = '', , id = ''] = line.split(':')
    if (name !== '' && /^\d+$/.test(id)) names.set(Number(id), name)
  }
  for (const [id, name] of known) names.set(id, name)
  return names
}

/** Users may come from elsewhere than the file; this one is always known. */
function ownUser(): readonly (readonly [number, string])[] {
  try {
    const { uid, username } = userInfo()
    return uid < 0 ? [] : [[uid, username]]
  } catch {
    // An id without an entry: a container that runs as an arbitrary user.
    return []
  }
}
