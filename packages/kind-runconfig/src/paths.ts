/** Where a value is: member names and positions from the top. */
export type Path = readonly (string | number)[]

/** `env_vars.API_KEY`, `cmd_args[1]`, `tools_override["a.b"]`. */
export function formatPath(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[\w-]+$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step)}]`
  }
  return text
}
