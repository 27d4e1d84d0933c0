import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSession, loadTagFacts, type Session } from '@ocish/host'
import { oci } from '@ocish/sdk'
import { temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { VisibleFacts } from './visible-facts.ts'

/** A registry whose manifests wait until the test lets them go. */
const waiting = new Map<string, ServerResponse>()
const asked: string[] = []
const givenUp: string[] = []
let most = 0
let server: Server
let host: string
let folder: TemporaryFolder
let session: Session
const learnt: string[] = []
let facts: VisibleFacts

beforeEach(async () => {
  for (const list of [asked, givenUp, learnt]) list.length = 0
  waiting.clear()
  most = 0
  server = createServer((request, response) => {
    const tag = /\/manifests\/(.*)$/.exec(request.url ?? '')?.[1]
    if (tag === undefined) {
      response.end()
      return
    }
    asked.push(tag)
    waiting.set(tag, response)
    most = Math.max(most, waiting.size)
    response.on('close', () => {
      if (!response.writableEnded) givenUp.push(tag)
      waiting.delete(tag)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = await temporaryFolder()
  session = await createSession({ version: '0', cwd: folder.path, home: folder.path, env: {} })
  facts = new VisibleFacts(
    async (reference, signal) => loadTagFacts(reference, session, signal),
    (reference) => learnt.push(reference.slice(reference.lastIndexOf(':') + 1)),
  )
})
afterEach(async () => {
  facts.shown([])
  server.closeAllConnections()
  server.close()
  await session[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const rows = (...tags: readonly string[]): readonly string[] => tags.map((tag) => `${host}/app:${tag}`)

function answer(tag: string): void {
  const index = JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] })
  waiting.get(tag)!.writeHead(200, { 'content-type': oci.index }).end(index)
}

test('of the rows in sight two are asked for at a time', async () => {
  const tags = ['a', 'b', 'c', 'd', 'e']
  facts.shown(rows(...tags))
  for (const [index, tag] of tags.entries()) {
    await vi.waitFor(() => expect(waiting.has(tag)).toBe(true))
    if (index > 0) answer(tags[index - 1]!)
  }
  answer('e')
  await vi.waitFor(() => expect(learnt.toSorted()).toEqual(tags))
  expect(asked.toSorted()).toEqual(tags)
  expect(most).toBe(2)
})

test('what is scrolled away is given up, and nothing more of it is asked', async () => {
  facts.shown(rows('a', 'b', 'c', 'd'))
  await vi.waitFor(() => expect(waiting.size).toBe(2))
  facts.shown(rows('y', 'z'))
  await vi.waitFor(() => expect(givenUp.toSorted()).toEqual(['a', 'b']))
  await vi.waitFor(() => expect([...waiting.keys()].toSorted()).toEqual(['y', 'z']))
  answer('y')
  answer('z')
  await vi.waitFor(() => expect(learnt.toSorted()).toEqual(['y', 'z']))
  expect(asked.toSorted()).toEqual(['a', 'b', 'y', 'z'])
})

test('rows that were passed before they came to rest are never asked for; what is known is not asked again', async () => {
  facts.shown(rows('a', 'b'))
  facts.shown(rows('c', 'd'))
  facts.shown(rows('x'))
  await vi.waitFor(() => expect(waiting.has('x')).toBe(true))
  answer('x')
  await vi.waitFor(() => expect(learnt).toEqual(['x']))
  facts.shown(rows('x', 'y'))
  await vi.waitFor(() => expect(waiting.has('y')).toBe(true))
  expect(asked).toEqual(['x', 'y'])
  expect(facts.of(rows('x')[0]!)).toMatchObject({ mediaType: oci.index })
})
