import { OcishError } from '@ocish/sdk'
import { chartFile } from './constants.ts'

function unsafe(name: string, why: string): OcishError<'ARCHIVE_UNSAFE'> {
  return new OcishError('ARCHIVE_UNSAFE', `the entry ${JSON.stringify(name.slice(0, 200))} ${why}`, {
    details: { path: name.slice(0, 4096) },
  })
}

/**
 * The path below the chart's root that an archive's entry names, by Helm's rules (specs/helm.md §12): the first
 * component is dropped whatever it is; what then is no path inside is refused. Errors: ARCHIVE_UNSAFE.
 */
export function chartPath(name: string): string {
  const parts = name.split(name.includes('\\') ? '\\' : '/')
  const rest = parts.slice(1).join('/')
  if (rest.startsWith('/')) throw unsafe(name, 'is absolute')
  const path = clean(rest)
  if (path === '.') throw unsafe(name, 'lies outside the chart')
  if (path === '..' || path.startsWith('../')) throw unsafe(name, 'leads to a parent folder')
  if (/^[A-Za-z]:\//.test(path)) throw unsafe(name, 'has a drive letter')
  if (parts[0] === chartFile) throw unsafe(name, `has ${chartFile} where the chart's folder should be`)
  if (/[\0\\\uFFFD]/.test(path)) throw unsafe(name, 'has a character that no path should have')
  return path
}

/** Go's `path.Clean` of a relative path. */
function clean(path: string): string {
  const steps: string[] = []
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop()
    else steps.push(step)
  }
  return steps.length === 0 ? '.' : steps.join('/')
}
