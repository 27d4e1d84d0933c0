/** What a Basic `Authorization` header says. */
export interface BasicCredentials {
  readonly name: string
  readonly password: string
}

/** The password may hold colons. */
export function readBasic(header: string | undefined): BasicCredentials | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Compares in constant time; an unknown name takes as long as a wrong password. */
export async function checkPassword(
  users: Readonly<Record<string, string>>,
  { name, password }: BasicCredentials,
): Promise<boolean> {
  const { createHash, timingSafeEqual } = await import('node:crypto')
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const known = Object.hasOwn(users, name)
  const equal = timingSafeEqual(digest(password), digest(known ? (users[name] ?? '') : ''))
  return known && equal
}
