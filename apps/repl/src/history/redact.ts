/** What stands in place of a secret. */
const hidden = '[hidden]'

/** Flags whose value is never kept, as they are written: `--password x`, `--password=x`, `-p x`. */
const secretFlag =
  /((?:^|\s)(?:--(?:[\w-]*(?:password|passwd|token|secret|identity-token)|pass)|-p)(?:=|\s+))('[^']*'?|"(?:\\.|[^"\\])*"?|[^\s|;&]+)/gi
const secretHeader = /(authorization\s*[:=]\s*)((?:basic|bearer)\s+)?([^\s'"|;&]+)/gi
const secretAddress = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)([^\s@/]+)(@)/gi
/** Tokens that are known by their form. */
const known =
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|glpat-[\w-]{20,}|dckr_pat_[\w-]{20,}|eyJ[\w-]{10,}\.[\w-]+\.[\w-]*)/g

/** A line as it may be kept: secrets replaced. `--password-stdin` names none. */
export function redacted(line: string): string {
  return line
    .replaceAll(secretFlag, (all, flag: string, value: string) =>
      /-stdin/.test(flag) ? all : `${flag}${value === '' ? '' : hidden}`,
    )
    .replaceAll(
      secretHeader,
      (_all, name: string, scheme: string | undefined) => `${name}${scheme ?? ''}${hidden}`,
    )
    .replaceAll(
      secretAddress,
      (_all, before: string, _secret: string, after: string) => before + hidden + after,
    )
    .replaceAll(known, hidden)
}
