import program from '../package.json' with { type: 'json' }

/**
 * The program: decides by the first words what to load, and sets the exit status; it never ends the process itself.
 * Everything else is behind `import()`, and an older Node cannot even parse it.
 */
export async function main(words: readonly string[]): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    process.stderr.write(`error: ocish needs Node 24 or newer, and this is ${process.version}\n`)
    process.exitCode = 1
    return
  }
  const [first, ...rest] = words
  if (rest.length === 0 && (first === '--version' || first === '-V')) {
    process.stdout.write(`${program.version}\n`)
    return
  }
  if (first === '__complete') {
    const { answerCompletion } = await import('./complete.ts')
    process.stdout.write(await answerCompletion(rest, program.version))
    return
  }
  const { runWords } = await import('./run.ts')
  process.exitCode = await runWords(words, program.version)
}
