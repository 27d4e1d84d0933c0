import { randomName } from './durable-file.ts'
import type { StoreDatabase } from './database.ts'
import { isGone, type ProcessIdentity, thisProcess } from './process-identity.ts'

/** Milliseconds. */
const beatEvery = 2_000
const silentFor = 10_000

/** What became of asking for a lease. */
export type LeaseState =
  | { readonly state: 'held'; readonly lease: Lease; readonly before: 'nobody' | 'dead' | 'silent' }
  | { readonly state: 'busy' }

/** The right to download one digest into the store. */
export interface Lease {
  /** The holder is alive as long as it says so; while it waits for its own reader it does not. */
  pause(paused: boolean): void
  /** False: somebody took it over. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

/** Asks once for the lease of a digest. A holder that died or was silent for ten seconds loses it. */
export async function requestLease(database: StoreDatabase, digest: string): Promise<LeaseState> {
  const found = await database.read(({ get }) =>
    get('SELECT owner, beat FROM leases WHERE digest = ?', digest),
  )
  const held = found && { owner: String(found['owner']), beat: Number(found['beat']) }
  const before = held === undefined ? 'nobody' : await judge(held)
  if (before === 'alive') return { state: 'busy' }
  const owner = JSON.stringify({ ...(await thisProcess()), token: randomName() })
  const taken = await database.write(({ get, run }) => {
    const current = get('SELECT owner, beat FROM leases WHERE digest = ?', digest)
    const isAsJudged = current?.['owner'] === held?.owner && current?.['beat'] === found?.['beat']
    if (!isAsJudged) return false
    run('INSERT OR REPLACE INTO leases (digest, owner, beat) VALUES (?, ?, ?)', digest, owner, Date.now())
    return true
  })
  return taken ? { state: 'held', lease: new HeldLease(database, digest, owner), before } : { state: 'busy' }
}

/** Digests that somebody downloads now. */
export async function leasedDigests(database: StoreDatabase): Promise<ReadonlySet<string>> {
  const rows = await database.read(({ all }) => all('SELECT digest, owner, beat FROM leases'))
  const alive = await Promise.all(
    rows.map(
      async (row) => (await judge({ owner: String(row['owner']), beat: Number(row['beat']) })) === 'alive',
    ),
  )
  return new Set(rows.filter((_, at) => alive[at]).map((row) => String(row['digest'])))
}

class HeldLease implements Lease {
  readonly #database: StoreDatabase
  readonly #digest: string
  readonly #owner: string
  readonly #timer: NodeJS.Timeout
  #paused = false

  constructor(database: StoreDatabase, digest: string, owner: string) {
    this.#database = database
    this.#digest = digest
    this.#owner = owner
    this.#timer = setInterval(() => {
      if (!this.#paused) void this.#beat().catch(() => {})
    }, beatEvery).unref()
  }

  pause(paused: boolean): void {
    this.#paused = paused
  }

  async isHeld(): Promise<boolean> {
    const row = await this.#database.read(({ get }) =>
      get('SELECT owner FROM leases WHERE digest = ?', this.#digest),
    )
    return row?.['owner'] === this.#owner
  }

  async release(): Promise<void> {
    clearInterval(this.#timer)
    await this.#database.write(({ run }) =>
      run('DELETE FROM leases WHERE digest = ? AND owner = ?', this.#digest, this.#owner),
    )
  }

  async #beat(): Promise<void> {
    await this.#database.write(({ run }) =>
      run('UPDATE leases SET beat = ? WHERE digest = ? AND owner = ?', Date.now(), this.#digest, this.#owner),
    )
  }
}

async function judge(held: {
  readonly owner: string
  readonly beat: number
}): Promise<'alive' | 'dead' | 'silent'> {
  if (await isGone(JSON.parse(held.owner) as ProcessIdentity)) return 'dead'
  return Math.abs(Date.now() - held.beat) > silentFor ? 'silent' : 'alive'
}
