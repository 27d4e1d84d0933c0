import { hasCode } from '@ocish/sdk'
import type { Services } from './services.ts'

/** Whether a file or folder of this name is there. Errors: FILE_FAILED. */
export async function isLocalPath(path: string, services: Services): Promise<boolean> {
  try {
    await services.source(path)
    return true
  } catch (error) {
    if (hasCode(error, 'FILE_NOT_FOUND')) return false
    throw error
  }
}
