import type { Annotations, Manifest, Match } from '@ocish/sdk'
import { manifestArtifactType } from '@ocish/sdk'

/** What a match is held against. `labels` costs a request, so it is asked for last and only when a match needs it. */
export interface MatchSubject {
  readonly manifest: Manifest
  /** `ghcr.io/team/app`. */
  readonly repository: string
  labels(): Promise<Annotations | undefined>
}

/** Do all fields of the match hold? A match without any field holds for nothing. */
export async function holds({ generic: _generic, ...match }: Match, subject: MatchSubject): Promise<boolean> {
  const { manifest } = subject
  if (Object.values(match).every((value) => value === undefined)) return false
  return (
    fits(match.manifestMediaType, manifest.mediaType) &&
    fits(match.artifactType, manifestArtifactType(manifest)) &&
    fits(match.configMediaType, manifest.form === 'image' ? manifest.config.mediaType : undefined) &&
    (match.layerMediaType === undefined || layerTypes(manifest).includes(match.layerMediaType)) &&
    (match.annotation === undefined || hasPair(manifest.annotations, match.annotation)) &&
    (match.repositoryPrefix === undefined || subject.repository.startsWith(match.repositoryPrefix)) &&
    (match.configLabel === undefined || hasPair(await subject.labels(), match.configLabel))
  )
}

function fits(wanted: string | undefined, found: string | undefined): boolean {
  return wanted === undefined || wanted === found
}

function layerTypes(manifest: Manifest): readonly string[] {
  if (manifest.form === 'index') return []
  return (manifest.form === 'image' ? manifest.layers : manifest.blobs).map((layer) => layer.mediaType)
}

/** `name`, or `name=value`. */
function hasPair(pairs: Annotations | undefined, wanted: string): boolean {
  if (pairs === undefined) return false
  const equals = wanted.indexOf('=')
  const name = equals < 0 ? wanted : wanted.slice(0, equals)
  return Object.hasOwn(pairs, name) && (equals < 0 || pairs[name] === wanted.slice(equals + 1))
}
