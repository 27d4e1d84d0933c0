import { OcishError } from '@ocish/sdk'

/** A secret by name, and the variable that gets its value (specs/runconfig.md §3.1). */
export interface SecretReference {
  readonly name: string
  readonly target: string
}

const referencePattern = /^([^,]+),target=([^\n]+)$/

/** Reads `NAME,target=VARIABLE`. Errors: KIND_INPUT_INVALID; the message never quotes the text, which may be a secret. */
export function parseSecretReference(text: string): SecretReference {
  if (text === '') throw new OcishError('KIND_INPUT_INVALID', 'a secret reference cannot be empty')
  const [, name, target] = referencePattern.exec(text) ?? []
  if (name !== undefined && target !== undefined) return { name, target }
  throw new OcishError('KIND_INPUT_INVALID', 'a secret reference has the form NAME,target=VARIABLE', {
    hint: 'Store the value with thv secret set NAME and refer to it as NAME,target=VARIABLE.',
  })
}

/** True for what `parseSecretReference` takes. */
export function isSecretReference(text: string): boolean {
  return referencePattern.test(text)
}

const secretWord =
  /(?:token|secret|password|passwd|passphrase|credentials?|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|signing[_-]?key|encryption[_-]?key)$|(?:^|[^a-z])(?:pass|pwd|bearer|authorization|cookie)$/
const boundary = /([a-z\d])([A-Z])/g

/** True for the name of a flag, variable, header or member whose value is likely a secret; `token_url` is none. */
export function isSecretName(name: string): boolean {
  return secretWord.test(name.replaceAll(boundary, '$1_$2').toLowerCase())
}

// Every repetition is bounded: these run over text from strangers, up to a mebibyte of it.
const tokenShapes: readonly RegExp[] = [
  /\bgh[oprsu]_[A-Za-z0-9]{20}/,
  /\bgithub_pat_\w{20}/,
  /\bglpat-[\w-]{16}/,
  /\bxox[abeoprs]-[\w-]{10}/,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bAIza[\w-]{35}/,
  /\bsk-[\w-]{20}/,
  /\bnpm_[A-Za-z0-9]{30}/,
  /\beyJ[\w-]{8,256}\.eyJ[\w-]{8}/,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/,
  /\bBearer\s{1,8}[\w.~+/-]{8}/i,
]
// A user part alone is the account of ssh and git; with a password, or as long as a token, it is a credential.
const userInfo = /[a-z][a-z\d+.-]{1,30}:\/\/(?:[^/\s?#@:]{0,200}:[^/\s?#@]{1,200}|[^/\s?#@:]{16,200})@/i
const secretQuery = /[?&]([\w.-]{1,100})=([^&#\s]{1,100})/g

/** True for text that is, or has in it, something that looks like a credential whatever it is called. */
export function holdsSecret(text: string): boolean {
  if (tokenShapes.some((shape) => shape.test(text)) || userInfo.test(text)) return true
  return [...text.matchAll(secretQuery)].some(
    ([, name = '', value = '']) => isSecretName(name) && isLiteral(value),
  )
}

/** False for what is no secret by itself: nothing, `true`, `$NAME`, `${NAME}`, `%NAME%`, `<name>`, a secret reference. */
export function isLiteral(value: string): boolean {
  const trimmed = value.trim()
  if (trimmed === '' || isSecretReference(trimmed)) return false
  return !/^(?:true|false|\$\w+|\$\{[^}]*\}|\$\([^)]*\)|\{\{[^}]*\}\}|%\w+%|<[^>]*>|\*+)$/.test(trimmed)
}

/** The positions of arguments that look like secrets: `--token=…`, `--token …`, `NAME_TOKEN=…`, addresses with a password. */
export function secretArguments(args: readonly string[]): readonly number[] {
  return args.flatMap((argument, at) => {
    const [, name, value] = /^([^=\s:]+)[=:]\s*(.*)$/s.exec(argument) ?? []
    if (name !== undefined && value !== undefined && isSecretName(name) && isLiteral(value)) return [at]
    const flag = args[at - 1]
    const follows =
      flag !== undefined && /^--?[A-Za-z]/.test(flag) && !flag.includes('=') && isSecretName(flag)
    if (follows && !argument.startsWith('-') && isLiteral(argument)) return [at]
    return holdsSecret(argument) ? [at] : []
  })
}
