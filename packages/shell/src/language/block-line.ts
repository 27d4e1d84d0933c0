import type { Signature } from '../signature.ts'
import { literalText } from './call-words.ts'
import type { CallStage, Word } from './syntax.ts'

/**
 * The block of a call as the value of the flag before it, where that flag's value is a line (`--on-change { … }`); undefined
 * for any other block. It is bound where it stands, and runs later, on its own.
 */
export function lineOfBlock(
  { args, block }: CallStage,
  signature: Signature | undefined,
  text: string,
): Word | undefined {
  const before = args.at(-1)
  if (block === undefined || before === undefined || before.to > block.from) return undefined
  const name = literalText(before)
  const flag = signature?.flags.find((one) => one.line === true && `--${one.name}` === name)
  if (flag === undefined) return undefined
  const { from, to } = block
  const part = { kind: 'single', from, to, text: text.slice(from, to).trim(), closed: true } as const
  return { from, to, parts: [part], spread: false }
}
