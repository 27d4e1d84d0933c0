import { hasCode, type OcishError } from '@ocish/sdk'

/** The registry could not answer, as against answering no. */
export function isUnanswered(error: unknown): error is OcishError {
  return hasCode(
    error,
    'NETWORK_FAILED',
    'NETWORK_TIMEOUT',
    'NETWORK_TLS',
    'REGISTRY_RATE_LIMITED',
    'REGISTRY_UNAVAILABLE',
  )
}
