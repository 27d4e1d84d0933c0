import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Environment } from './case.ts'

export interface RunningRegistry extends AsyncDisposable {
  readonly address: string
}

/** The embedded registry of the built program on a free loopback port. */
export async function startRegistry({ bin, env }: Environment, folder: string): Promise<RunningRegistry> {
  const args = [bin, 'serve', folder, '--addr', '127.0.0.1:0', '-o', 'ndjson']
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const { address } = JSON.parse(line) as { readonly address?: string }
    if (address === undefined) continue
    const close = async (): Promise<void> => {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    }
    return { address, [Symbol.asyncDispose]: close }
  }
  throw new Error('the embedded registry ended before it was ready')
}
