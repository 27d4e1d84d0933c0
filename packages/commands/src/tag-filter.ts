import { globMatch } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import { parseConstraint, satisfies, versionOfTag } from '@ocish/versions'

/**
 * What `--match` means: `/…/` is a regular expression; a version constraint (`^1.2`, `>=1, <3`, `1.x`) takes the tags that
 * are versions within it; everything else is a glob over names (`v1.*`). Errors: USAGE_INVALID_VALUE.
 */
export function tagFilter(text: string | undefined): (tag: string) => boolean {
  if (text === undefined) return () => true
  const expression = /^\/(.+)\/$/s.exec(text)?.[1]
  if (expression !== undefined) return byExpression(expression)
  return byConstraint(text) ?? ((tag) => globMatch(text, tag))
}

function byExpression(expression: string): (tag: string) => boolean {
  try {
    const regex = new RegExp(expression, 'u')
    return (tag) => regex.test(tag)
  } catch (cause) {
    throw new OcishError('USAGE_INVALID_VALUE', `--match /${expression}/ is not a regular expression`, {
      cause,
    })
  }
}

/** Wildcards without an operator are a glob, so that `v1.*` means what it looks like. */
function byConstraint(text: string): ((tag: string) => boolean) | undefined {
  if (/[*?[{]/.test(text) && !/[<>=^~!|]/.test(text)) return undefined
  const constraint = parseConstraint(text)
  if (constraint === undefined) return undefined
  return (tag) => {
    const version = versionOfTag(tag)
    return version !== undefined && satisfies(version, constraint)
  }
}
