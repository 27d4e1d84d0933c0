import { OcishError } from '@ocish/sdk'

/** Stops something after so many milliseconds, with DEADLINE_EXCEEDED as the reason; never where there is no number. */
export function deadline(milliseconds: number | undefined, stop: (reason: OcishError) => void): Disposable {
  if (milliseconds === undefined) return { [Symbol.dispose]: () => undefined }
  const timer = setTimeout(() => {
    stop(new OcishError('DEADLINE_EXCEEDED', `not done after ${milliseconds / 1000} s`))
  }, milliseconds)
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}
