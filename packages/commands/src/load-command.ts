import type { Command } from '@ocish/shell'
import { signatures } from './all-signatures.ts'
import { withArchiveOutput } from './archive-output.ts'
import type { Run } from './run.ts'
import type { Services } from './services.ts'
import { withShortNames } from './short-names.ts'

type Load = () => Promise<{ readonly run: Run }>

/** Literal imports, so that a bundler makes a chunk of each command and a line loads only its own. */
const loaders: Readonly<Record<string, Load>> = {
  ls: () => import('./ls.ts'),
  tags: () => import('./tags.ts'),
  describe: () => import('./describe.ts'),
  tree: () => import('./tree.ts'),
  referrers: () => import('./referrers.ts'),
  resolve: () => import('./resolve.ts'),
  exists: () => import('./exists.ts'),
  manifest: () => import('./manifest.ts'),
  config: () => import('./config.ts'),
  cat: () => import('./cat.ts'),
  push: () => import('./push.ts'),
  pull: () => import('./pull.ts'),
  diff: () => import('./diff.ts'),
  du: () => import('./du.ts'),
  find: () => import('./find.ts'),
  watch: () => import('./watch.ts'),
  cp: () => import('./cp.ts'),
  sync: () => import('./sync.ts'),
  export: () => import('./export.ts'),
  convert: () => import('./convert.ts'),
  attach: () => import('./attach.ts'),
  tag: () => import('./tag.ts'),
  rm: () => import('./rm.ts'),
  'manifest put': () => import('./manifest-put.ts'),
  'blob put': () => import('./blob-put.ts'),
  'blob rm': () => import('./blob-rm.ts'),
  validate: () => import('./validate.ts'),
  login: () => import('./login.ts'),
  logout: () => import('./logout.ts'),
  whoami: () => import('./whoami.ts'),
  set: () => import('./set.ts'),
  alias: () => import('./alias.ts'),
  doctor: () => import('./doctor.ts'),
  completion: () => import('./completion.ts'),
  help: () => import('./help.ts'),
  version: () => import('./version.ts'),
  exit: () => import('./exit.ts'),
  serve: () => import('./serve.ts'),
  'cache ls': () => import('./cache-ls.ts'),
  'cache du': () => import('./cache-du.ts'),
  'cache prune': () => import('./cache-prune.ts'),
  'cache clear': () => import('./cache-clear.ts'),
  'plugin add': () => import('./plugin-add.ts'),
  'plugin ls': () => import('./plugin-ls.ts'),
  'plugin info': () => import('./plugin-info.ts'),
  'plugin rm': () => import('./plugin-rm.ts'),
  'plugin enable': () => import('./plugin-enable.ts'),
  'plugin disable': () => import('./plugin-disable.ts'),
  'plugin doctor': () => import('./plugin-doctor.ts'),
  'plugin new': () => import('./plugin-new.ts'),
}

/** Imports a built-in command by the name of its signature; undefined when there is none. */
export async function loadCommand(name: string): Promise<Command<Services> | undefined> {
  const signature = signatures.find((one) => one.name === name)
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined
  if (signature === undefined || load === undefined) return undefined
  const { run } = await load()
  return { signature, run: withArchiveOutput(signature, withShortNames(signature, run)) }
}
