import { isRegistry, OcishError } from '@ocish/sdk'

const part = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/
const maxLength = 255

/**
 * The folder of a repository below `repos/`: `/` becomes `+`, and `:` of a port becomes `=`, since other tools take a
 * colon in a path for the start of a tag. Errors: REFERENCE_INVALID.
 */
export function repositoryFolder(name: string): string {
  const [first = '', ...rest] = name.split('/')
  const isName = (part.test(first) || isRegistry(first)) && rest.every((each) => part.test(each))
  if (isName && name.length <= maxLength) return name.replaceAll('/', '+').replaceAll(':', '=')
  throw new OcishError('REFERENCE_INVALID', `invalid repository ${JSON.stringify(name.slice(0, 300))}`, {
    details: { span: { from: 0, to: name.length } },
  })
}

/** The inverse; undefined for a folder that is none of ours. */
export function repositoryOfFolder(folder: string): string | undefined {
  const name = folder.replaceAll('+', '/').replaceAll('=', ':')
  try {
    return repositoryFolder(name) === folder ? name : undefined
  } catch {
    // No repository has such a name.
    return undefined
  }
}
