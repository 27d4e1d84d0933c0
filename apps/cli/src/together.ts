import type { CommonFlags } from '@ocish/shell'

/** What a call says comes before what was said for the whole program; what is on for all is on for each. */
export function together(door: CommonFlags, call: CommonFlags | undefined): CommonFlags {
  if (call === undefined) return door
  return {
    ...door,
    ...call,
    offline: door.offline || call.offline,
    dryRun: door.dryRun || call.dryRun,
    yes: door.yes || call.yes,
    quiet: door.quiet || call.quiet,
    noCache: door.noCache || call.noCache,
    plainHttp: door.plainHttp || call.plainHttp,
    insecure: door.insecure || call.insecure,
    trace: door.trace || call.trace,
    ascii: door.ascii || call.ascii,
    help: door.help || call.help,
    verbose: door.verbose + call.verbose,
    header: [...door.header, ...call.header],
    resolve: [...door.resolve, ...call.resolve],
    color: call.color === 'auto' ? door.color : call.color,
  }
}
