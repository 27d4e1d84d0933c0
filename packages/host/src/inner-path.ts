const deviceNames = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i
const longestPath = 4095
const longestName = 255

/** Why a relative, `/`-separated path does not stay below its folder; nothing when it does. `''` is the folder itself. */
export function whyOutside(path: string): string | undefined {
  if (path === '') return undefined
  if (path.length > longestPath) return 'is too long'
  if (path.startsWith('/')) return 'is absolute'
  if (path.includes('\0')) return 'has a NUL'
  return path.split('/').some((part) => part === '' || part === '.' || part === '..')
    ? 'does not stay below its folder'
    : undefined
}

/**
 * Why a path from a stranger must not become a file: it leaves its folder, or some system would read it as something
 * else — backslashes, drive letters, control characters, blank and device names (T1, T6, T51).
 */
export function whyNotWritable(path: string): string | undefined {
  const outside = whyOutside(path)
  if (outside !== undefined) return outside
  if (path.includes('\\')) return 'has a backslash'
  if (/^[A-Za-z]:/.test(path)) return 'has a drive letter'
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f]/.test(path)) return 'has a control character'
  for (const part of path.split('/')) {
    if (Buffer.byteLength(part) > longestName) return 'has a name that is too long'
    if (path !== '' && part.trim() === '') return 'has a blank name'
    if (deviceNames.test(part)) return 'has a device name'
  }
  return undefined
}
