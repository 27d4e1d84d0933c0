import { type Answer, json, refuse } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import type { Action, ServerAuth } from '../options.ts'
import { readBody } from '../request-body.ts'
import { isAllowed } from './access.ts'
import { checkPassword, readBasic } from './basic.ts'
import type { TokenTable } from './tokens.ts'

const maxForm = 64 * 1024

/** `/token`: GET with Basic credentials or none, POST as OAuth2 (distribution's token authentication). */
export async function answerToken(exchange: Exchange, auth: ServerAuth, tokens: TokenTable): Promise<Answer> {
  const { method, query, request } = exchange
  if (method === 'POST') {
    const form = new URLSearchParams(Buffer.from(await readBody(request, maxForm)).toString())
    return await grant(auth, tokens, await userOfForm(auth, tokens, form), form)
  }
  if (method !== 'GET' && method !== 'HEAD') {
    throw refuse(405, 'UNSUPPORTED', 'a token is asked for with GET or POST', { allow: 'GET, HEAD, POST' })
  }
  return await grant(auth, tokens, await userOfHeader(auth, request.headers.authorization), query)
}

async function userOfHeader(auth: ServerAuth, header: string | undefined): Promise<string | undefined> {
  if (header === undefined) return undefined
  const given = readBasic(header)
  if (given !== undefined && (await checkPassword(auth.users, given))) return given.name
  throw wrongCredentials()
}

async function userOfForm(
  auth: ServerAuth,
  tokens: TokenTable,
  form: URLSearchParams,
): Promise<string | undefined> {
  if (form.get('grant_type') === 'refresh_token') {
    const user = tokens.findRefresh(form.get('refresh_token') ?? '')
    if (user === undefined) throw wrongCredentials()
    return user
  }
  const given = { name: form.get('username') ?? '', password: form.get('password') ?? '' }
  if (!(await checkPassword(auth.users, given))) throw wrongCredentials()
  return given.name
}

function wrongCredentials(): Error {
  return refuse(401, 'UNAUTHORIZED', 'wrong name or password')
}

async function grant(
  auth: ServerAuth,
  tokens: TokenTable,
  user: string | undefined,
  parameters: URLSearchParams,
): Promise<Answer> {
  const { randomBytes } = await import('node:crypto')
  const token = randomBytes(24).toString('base64url')
  const lifetime = auth.tokenLifetime ?? 300
  tokens.add(token, user, allowedScopes(auth, user, parameters.getAll('scope')), lifetime)
  const wantsRefresh =
    parameters.get('offline_token') === 'true' || parameters.get('access_type') === 'offline'
  const refresh = wantsRefresh && user !== undefined ? randomBytes(24).toString('base64url') : undefined
  if (refresh !== undefined && user !== undefined) tokens.addRefresh(refresh, user)
  return json(
    {
      token,
      access_token: token,
      expires_in: lifetime,
      issued_at: new Date().toISOString(),
      ...(refresh !== undefined && { refresh_token: refresh }),
    },
    { 'cache-control': 'no-store' },
  )
}

/** What was asked for, cut to what the policy allows: less is no error here. */
function allowedScopes(
  auth: ServerAuth,
  user: string | undefined,
  texts: readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const scopes = new Map<string, Set<string>>()
  for (const text of texts.flatMap((value) => value.split(' ')).slice(0, 100)) {
    const [, repository, actions] = /^repository:(.+):([a-z,*]+)$/.exec(text) ?? []
    if (repository === undefined || actions === undefined) continue
    const all: readonly Action[] = ['pull', 'push', 'delete']
    const wanted = actions.split(',')
    const allowed = all.filter(
      (action) =>
        (wanted.includes(action) || wanted.includes('*')) && isAllowed(auth, user, repository, action),
    )
    scopes.set(repository, new Set([...(scopes.get(repository) ?? []), ...allowed]))
  }
  return scopes
}
