/**
 * What Node's permission model leaves in the hands of code without rights (24.21, seen 2026-11), and this takes away before
 * a plugin is loaded: signals to other processes (SIGUSR1 opens the debugger of the one it meets) and their priority,
 * databases at any path, flags of V8 (which write files), sockets at a path. As with `ChannelPeer`, its text is all that
 * arrives in the child. Gives what the runner itself goes on to need.
 */
export function takeAway(): { readonly endSelf: () => void } {
  type Any = any
  const builtin = (name: string): Any => process.getBuiltinModule(name) ?? {}
  const endSelf = (process as Any)['_kill'].bind(process, process.pid, 9)
  const denied = (what: string): Error =>
    Object.assign(new Error(`a plugin has no right to ${what}`), { code: 'ERR_ACCESS_DENIED' })
  const refuse = (target: Any, name: string, what: string): void => {
    if (!(name in target)) return
    const value = function refused(): never {
      throw denied(what)
    }
    Object.defineProperty(target, name, { value, configurable: false, writable: false })
  }

  for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd']) refuse(process, name, 'send signals')
  for (const name of ['binding', '_linkedBinding', '_getActiveHandles']) refuse(process, name, name)
  refuse(builtin('node:os'), 'setPriority', 'change priorities')
  for (const name of ['DatabaseSync', 'backup']) refuse(builtin('node:sqlite'), name, 'open databases')
  for (const name of ['setFlagsFromString', 'setHeapSnapshotNearHeapLimit'])
    refuse(builtin('node:v8'), name, 'change V8')

  const net = builtin('node:net')
  const { connect } = net.Socket.prototype
  // The plugin may put its own in place of what is global.
  const { apply } = Reflect
  /** A copy of the options, so that what is looked at is what is used. Node itself calls with them in a list. */
  const withoutPath = (args: readonly Any[]): readonly unknown[] => {
    const [first, ...rest] = Array.isArray(args[0]) ? args[0] : args
    const listener = rest.find((one) => typeof one === 'function')
    const asked = typeof first === 'object' ? { ...first } : { port: first, host: rest[0] }
    const { path, ...options } = asked
    const isPath = typeof first !== 'object' && !(Number(first) >= 0)
    if (isPath || (path !== undefined && path !== null)) throw denied('open sockets at a path')
    if (typeof options.host === 'function') delete options.host
    const plain = { ...options, path: undefined }
    return listener === undefined ? [plain] : [plain, listener]
  }
  Object.defineProperty(net.Socket.prototype, 'connect', {
    configurable: false,
    writable: false,
    value(this: unknown, ...args: readonly unknown[]): unknown {
      return apply(connect, this, withoutPath(args))
    },
  })
  refuse(net.Server.prototype, 'listen', 'listen')
  builtin('node:module').syncBuiltinESMExports()
  return { endSelf }
}
