import { describe, expect, it } from 'vitest'
import {
  acceptManifests,
  docker,
  isForeignLayer,
  isIndexMediaType,
  isManifestMediaType,
  oci,
  parseMediaType,
} from './media-types.ts'

describe('media types', () => {
  it('are read with their parameters', () => {
    const type = parseMediaType('Application/Vnd.X+JSON; Charset="utf-8"; q')
    expect(type).toMatchObject({ essence: 'application/vnd.x+json', suffix: 'json' })
    expect([...(type?.parameters ?? [])]).toEqual([['charset', 'utf-8']])
    expect(parseMediaType('text/plain')).toEqual({ essence: 'text/plain', parameters: new Map() })
  })

  it.each(['', 'text', 'text/', '/x', 'a b/c', 'a/b/c', `a/${'b'.repeat(128)}`])('%j is none', (text) => {
    expect(parseMediaType(text)).toBeUndefined()
  })

  it('are told apart', () => {
    expect(
      [oci.index, oci.manifest, oci.artifact, docker.list, docker.manifest].every(isManifestMediaType),
    ).toBe(true)
    expect(isManifestMediaType(docker.schema1Signed)).toBe(false)
    expect([oci.index, docker.list].every(isIndexMediaType)).toBe(true)
    expect(isIndexMediaType(oci.manifest)).toBe(false)
    expect(isForeignLayer({ mediaType: oci.foreignLayerZstd })).toBe(true)
    expect(isForeignLayer({ mediaType: docker.foreignLayerGzip })).toBe(true)
    expect(isForeignLayer({ mediaType: oci.layerGzip })).toBe(false)
  })

  it('asks for every form by name, since a wildcard is none for CNCF Distribution', () => {
    for (const type of [oci.index, oci.manifest, docker.list, docker.manifest])
      expect(acceptManifests).toContain(type)
    expect(acceptManifests).not.toContain('schema1')
  })
})
