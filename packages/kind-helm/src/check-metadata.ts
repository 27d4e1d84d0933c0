import { OcishError } from '@ocish/sdk'
import { parseVersion } from '@ocish/versions'
import { chartFile } from './constants.ts'
import type { Metadata } from './metadata.ts'

/** One rule that metadata breaks, with the member that breaks it. */
export interface Violation {
  readonly member: string
  readonly message: string
  readonly hint?: string
}

const types: readonly (string | undefined)[] = [undefined, '', 'application', 'library']

/** Helm's validation, in its order; every violation, not the first (specs/helm.md §14). */
export function* violations(metadata: Metadata): Generator<Violation> {
  const { apiVersion, name, version, type, maintainers, dependencies } = metadata
  if (apiVersion === undefined) yield { member: 'apiVersion', message: 'apiVersion is required' }
  if (name === undefined) yield { member: 'name', message: 'name is required' }
  else if (name === '.' || name === '..') yield { member: 'name', message: `the name ${name} is not allowed` }
  else if (name.includes('/'))
    yield { member: 'name', message: `the name ${JSON.stringify(name)} is invalid` }
  if (version === undefined) yield { member: 'version', message: 'version is required' }
  else if (parseVersion(version) === undefined) {
    yield {
      member: 'version',
      message: `the version ${JSON.stringify(version)} is invalid`,
      hint: 'Write three numbers, as 1.2.3.',
    }
  }
  if (!types.includes(type)) yield { member: 'type', message: 'type must be application or library' }
  if (maintainers?.includes(null) === true)
    yield { member: 'maintainers', message: 'maintainers must not contain empty entries' }
  if (dependencies?.includes(null) === true)
    yield { member: 'dependencies', message: 'dependencies must not contain empty entries' }
  yield* dependencyViolations(metadata)
}

function* dependencyViolations({ dependencies = [] }: Metadata): Generator<Violation> {
  const seen = new Set<string>()
  for (const dependency of dependencies) {
    if (dependency === null) continue
    const { alias, name } = dependency
    if (alias !== undefined && !/^[a-zA-Z0-9_-]+$/.test(alias)) {
      yield {
        member: 'dependencies',
        message: `the dependency ${name} has a disallowed alias ${JSON.stringify(alias)}`,
      }
    }
    const key = alias ?? name
    if (seen.has(key)) {
      yield {
        member: 'dependencies',
        message: `more than one dependency with name or alias ${JSON.stringify(key)}`,
      }
    }
    seen.add(key)
  }
}

/** Metadata that can be published. */
export interface ValidMetadata extends Metadata {
  readonly name: string
  readonly version: string
}

/** Errors: KIND_INPUT_INVALID with the first violation. */
export function checkMetadata(metadata: Metadata, path: string = chartFile): ValidMetadata {
  for (const { message, hint } of violations(metadata)) {
    throw new OcishError('KIND_INPUT_INVALID', `${path}: ${message}`, hint === undefined ? {} : { hint })
  }
  return metadata as ValidMetadata
}
