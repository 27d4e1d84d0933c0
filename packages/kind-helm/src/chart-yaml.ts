import { OcishError } from '@ocish/sdk'
import { chartFile, limits } from './constants.ts'
import { decodeMetadata, type DecodedMetadata } from './decode-metadata.ts'
import { parseYaml, refused, type ParsedYaml } from './parse-yaml.ts'

/** A Chart.yaml with what a linter wants to know of it. */
export interface ChartYaml extends DecodedMetadata, ParsedYaml {}

/** Reads Chart.yaml; a missing apiVersion is `v1`. Errors: KIND_INPUT_INVALID with the line, LIMIT_EXCEEDED. */
export function readChartYaml(bytes: Uint8Array, path: string = chartFile): ChartYaml {
  const parsed = parseYaml(decodeText(bytes, path), path)
  const { metadata, unknown } = decodeMetadata(parsed.tree, path)
  return { ...parsed, unknown, metadata: { ...metadata, apiVersion: metadata.apiVersion ?? 'v1' } }
}

/** A small document as text, without a byte order mark. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export function decodeText(bytes: Uint8Array, path: string, limit: number = limits.document): string {
  if (bytes.length > limit) {
    throw new OcishError('LIMIT_EXCEEDED', `${path} is larger than ${limit} bytes`, { details: { path } })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refused(path, 'not UTF-8')
  }
}
