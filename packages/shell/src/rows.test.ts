import { expect, test } from 'vitest'
import { rowTypes } from './rows.ts'

test('the columns are a contract: only additions', () => {
  const contract = rowTypes.map(
    (type) =>
      `${type.name}{${type.columns.map((column) => `${column.name}${column.lazy === true ? '?' : ''}:${column.type}`).join(', ')}}`,
  )
  expect(contract).toMatchInlineSnapshot(`
    [
      "Registry{host:string, user:string, default:bool, capabilities?:list}",
      "Repo{ref:ref, name:string, registry:string, tags?:int, updated?:time}",
      "Tag{ref:ref, tag:string, digest?:digest, kind?:string, mediaType?:mediatype, artifactType?:mediatype, size?:size, created?:time, age?:duration, platforms?:list}",
      "Entry{ref:ref, path:string, kind:string, size:size, digest:digest, mediaType:mediatype, mode:string}",
      "Referrer{ref:ref, digest:digest, kind:string, artifactType:mediatype, size:size, created:time, subject:digest}",
      "Node{depth:int, label:string, ref:ref, kind:string, digest:digest, mediaType:mediatype, size:size, platform:string, note:string, relation:string}",
      "Change{op:string, path:string, from:string, to:string}",
      "Transfer{ref:ref, digest:digest, bytes:size, reused:size, mounted:size, ms:int, status:string, source:ref}",
      "Action{op:string, ref:ref, digest:digest, reason:string, status:string}",
      "Check{subject:string, check:string, ok:bool, detail:string}",
      "Finding{severity:string, code:string, path:string, line:int, message:string, hint:string}",
      "Usage{ref:ref, size:size, unique:size, shared:size, count:int}",
      "Blob{digest:digest, size:size, lastUse:time, repositories:list}",
      "Account{host:string, user:string, source:string, status:string, scopes?:list}",
      "Plugin{name:string, version:string, status:string, kinds:list, source:string, note:string}",
      "Setting{key:string, value:string, source:string}",
      "Dependency{name:string, ref:ref, digest:digest, from:string}",
      "Event{time:time, event:string, detail:string}",
      "Endpoint{address:string, url:string, root:string, readOnly:bool}",
    ]
  `)
})

test('a reference column exists in its row type', () => {
  for (const type of rowTypes) {
    const names = type.columns.map((column) => column.name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(
      expect.arrayContaining(
        [type.reference, type.tree?.depth, type.tree?.label].filter((name) => name !== undefined),
      ),
    )
  }
})
