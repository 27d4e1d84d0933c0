/** Standard error, opened when something is said: a pipe brings `node:net`. That nobody listens any more is no reason to fail. */
export function standardError(): typeof process.stderr {
  const { stderr } = process
  if (!stderr.listeners('error').includes(ignore)) stderr.on('error', ignore)
  return stderr
}

function ignore(): void {}
