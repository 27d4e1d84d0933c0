import { isOcishError, OcishError } from '@ocish/sdk'

/** Adds how often something was tried, where that was more than once and nobody below has said so. */
export function withAttempts(error: unknown, attempts: number): unknown {
  if (!isOcishError(error) || attempts < 2 || error.details?.['attempts'] !== undefined) return error
  const { code, message, hint, exit, details, cause } = error
  return new OcishError(code, `${message} (${attempts} attempts)`, {
    exit,
    details: { ...details, attempts },
    ...(hint !== undefined && { hint }),
    ...(cause !== undefined && { cause }),
  })
}
