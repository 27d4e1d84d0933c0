/** Nesting that is looked into; deeper values are compared as a whole. */
const deepest = 32

/**
 * The leaves of a JSON value by their paths (`config.Env.PATH`, `rootfs.diff_ids[0]`). Lists of `NAME=value` are read by
 * name.
 */
export function jsonFields(value: unknown, path: string = '', depth: number = 0): Map<string, string> {
  const fields = new Map<string, string>()
  const add = (key: string, inner: unknown): void => {
    for (const [name, leaf] of jsonFields(inner, key, depth + 1)) fields.set(name, leaf)
  }
  if (typeof value !== 'object' || value === null || depth >= deepest) {
    fields.set(path, typeof value === 'string' ? value : JSON.stringify(value ?? null))
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      const pair = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(typeof item === 'string' ? item : '')
      if (pair === null) add(`${path}[${at}]`, item)
      else fields.set(`${path}.${pair[1]}`, pair[2]!)
    }
  } else {
    for (const [key, inner] of Object.entries(value)) add(path === '' ? key : `${path}.${key}`, inner)
  }
  return fields
}
