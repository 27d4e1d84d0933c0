import { textArg } from './call-values.ts'
import type { Run } from './run.ts'

/** A dollar sign in front of a brace, in texts where that means something else. */
const D = '$'

/** bash parts words at `:`, `=` and `@` (COMP_WORDBREAKS): they are put together again, and the common part is cut off. */
const bash = String.raw`_ocish() {
  local rest=${D}{COMP_LINE:0:COMP_POINT} blanks word i mode value current head
  local -a words=() lines=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${D}{COMP_WORDS[i]}
    blanks=${D}{rest%%[![:space:]]*}
    rest=${D}{rest#"$blanks"}
    ((i == COMP_CWORD)) && word=$rest
    if ((i > 0)) && [[ -z $blanks ]]; then words[${D}{#words[@]}-1]+=$word; else words+=("$word"); fi
    rest=${D}{rest#"$word"}
  done
  current=${D}{words[${D}{#words[@]}-1]}
  mapfile -t lines < <("${D}{words[0]}" __complete -- "${D}{words[@]:1}" 2>/dev/null)
  mode=${D}{lines[0]}
  COMPREPLY=()
  if [[ $mode == file ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  fi
  [[ $mode == open ]] && compopt -o nospace 2>/dev/null
  head=
  for ((i = 0; i < ${D}{#current}; i++)); do
    value=${D}{current:i:1}
    [[ $value == [:=@] && $COMP_WORDBREAKS == *"$value"* ]] && head=${D}{current:0:i+1}
  done
  for value in "${D}{lines[@]:1}"; do
    value=${D}{value%%$'\t'*}
    COMPREPLY+=("${D}{value#"$head"}")
  done
}
complete -F _ocish ocish
`

const zsh = String.raw`#compdef ocish
_ocish() {
  local -a lines values notes
  local mode line
  lines=("${D}{(@f)$("${D}{words[1]}" __complete -- "${D}{(@Q)words[2,CURRENT-1]}" "${D}{(Q)PREFIX}" 2>/dev/null)}")
  mode=${D}{lines[1]}
  if [[ $mode == file ]]; then
    _files
    return
  fi
  for line in "${D}{(@)lines[2,-1]}"; do
    [[ -z $line ]] && continue
    values+=("${D}{line%%$'\t'*}")
    if [[ $line == *$'\t'* ]]; then notes+=("${D}{line/$'\t'/  -- }"); else notes+=("$line"); fi
  done
  if [[ $mode == open ]]; then
    compadd -S '' -l -d notes -a values
  else
    compadd -l -d notes -a values
  fi
}
if [[ $funcstack[1] == _ocish ]]; then _ocish "$@"; else compdef _ocish ocish; fi
`

const fish = String.raw`function __ocish_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$lines[1]" = file
        __fish_complete_path "$current"
        return
    end
    test (count $lines) -gt 1; and printf '%s\n' $lines[2..-1]
end
complete -c ocish -f -a '(__ocish_complete)'
`

const stubs: Readonly<Record<string, string>> = { bash, zsh, fish }

export const run: Run = async function* run(call) {
  yield new TextEncoder().encode(stubs[textArg(call, 'shell')] ?? '')
}
