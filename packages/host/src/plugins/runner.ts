import { ChannelPeer } from './peer.ts'
import { takeAway } from './take-away.ts'

/**
 * What the child process runs: it loads one module of a plugin and answers for its kinds over file descriptor 3. As with
 * `ChannelPeer`, its text is all that arrives there.
 */
function runPlugin(
  Peer: typeof ChannelPeer,
  load: (url: string) => Promise<unknown>,
  memory: number,
  endSelf: () => void,
): void {
  type Any = any
  const brand = Symbol.for('@ocish/sdk/error')
  const { Socket } = process.getBuiltinModule('node:net')
  const socket = new Socket({ fd: 3 })
  const kinds = new Map<string, Any>()

  // Where no system tells the other end (plugin-process.ts), this end looks itself; who holds up the timer is silent.
  const { memoryUsage } = process
  setInterval(() => {
    if (memoryUsage.rss() > memory) endSelf()
  }, 100).unref()

  const kindNamed = (name: string): Any => {
    const kind = kinds.get(name)
    if (kind === undefined) throw new Error(`the module has no kind ${name}`)
    return kind
  }

  const modelOf = async (kind: Any, artifact: unknown, context: unknown): Promise<unknown> => {
    const model = await kind.read(artifact, context)
    const result = await kind.schema?.['~standard'].validate(model)
    if (result?.issues === undefined) return result === undefined ? model : result.value
    const messages = result.issues.slice(0, 5).map((issue: Any) => String(issue.message))
    const failure = new Error(`not a valid ${kind.name}: ${messages.join('; ')}`)
    throw Object.assign(failure, { [brand]: true, code: 'KIND_INPUT_INVALID' })
  }

  const peer = new Peer({
    send(message) {
      const body = Buffer.from(JSON.stringify(message))
      const head = Buffer.alloc(4)
      head.writeUInt32BE(body.length)
      socket.write(Buffer.concat([head, body]))
    },
    root: {
      async load(url: string) {
        const module: Any = await load(url)
        const exported: readonly Any[] = Array.isArray(module.default) ? module.default : [module.default]
        return exported.map((kind) => {
          kinds.set(kind.name, kind)
          const functions = Object.keys(kind).filter((name) => typeof kind[name] === 'function')
          return { data: JSON.parse(JSON.stringify(kind)), functions }
        })
      },
      async read(name: string, artifact: unknown, context: unknown) {
        const kind = kindNamed(name)
        const model = await modelOf(kind, artifact, context)
        const description = kind.describe(model)
        const dependencies = kind.dependencies?.(model)
        return { model, description, dependencies, completions: kind.complete?.(model, '') }
      },
      /** Its rows all at once: they are data, and what takes too long or too much ends the process. */
      diff: async (name: string, from: unknown, to: unknown) => [...(await kindNamed(name).diff(from, to))],
      use: (name: string, what: string, ...args: readonly unknown[]) => kindNamed(name)[what](...args),
      run: (name: string, command: string, call: unknown, context: unknown) =>
        kindNamed(name)
          .commands.find((one: Any) => one.name === command)
          .run(call, context),
    },
    encodeError(error: Any) {
      const shown = error instanceof Error ? error.message : String(error)
      const message = shown.slice(0, 10_000)
      if (typeof error !== 'object' || error === null || !(brand in error))
        return { message, name: error?.name }
      return { message, code: error.code, hint: error.hint, details: error.details }
    },
    decodeError({ message, code, hint, details, name }) {
      const error = new Error(String(message))
      if (code !== undefined) Object.assign(error, { [brand]: true, code, hint, details })
      if (typeof name === 'string') error.name = name
      return error
    },
  })

  let received = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
      const end = 4 + received.readUInt32BE(0)
      peer.receive(JSON.parse(received.toString('utf8', 4, end)))
      received = received.subarray(end)
    }
  })
  // The other end is gone: nobody is left to work for.
  socket.on('close', () => endSelf())
}

/** The program of the child process, which ends itself above so many bytes of memory. */
export function runnerProgram(memory: number): string {
  const parts = { ChannelPeer, takeAway, run: runPlugin }
  const body = Object.entries(parts).map(([name, part]) => `const ${name} = ${part.toString()}\n`)
  return `${body.join('')}run(ChannelPeer, (url) => import(url), ${memory}, takeAway().endSelf)\n`
}
