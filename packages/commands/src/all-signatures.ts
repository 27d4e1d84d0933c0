import type { Signature } from '@ocish/shell'
import { loginSignature, logoutSignature, whoamiSignature } from './signatures/account.ts'
import { attachSignature } from './signatures/attach.ts'
import { blobPutSignature, blobRmSignature } from './signatures/blob.ts'
import {
  cacheClearSignature,
  cacheDuSignature,
  cacheLsSignature,
  cachePruneSignature,
} from './signatures/cache.ts'
import { catSignature } from './signatures/cat.ts'
import { configSignature } from './signatures/config.ts'
import { convertSignature } from './signatures/convert.ts'
import { cpSignature } from './signatures/cp.ts'
import { describeSignature } from './signatures/describe.ts'
import { diffSignature } from './signatures/diff.ts'
import { duSignature } from './signatures/du.ts'
import { existsSignature } from './signatures/exists.ts'
import { exitSignature } from './signatures/exit.ts'
import { exportSignature } from './signatures/export.ts'
import { findSignature } from './signatures/find.ts'
import { helpSignature, versionSignature } from './signatures/help.ts'
import { lsSignature } from './signatures/ls.ts'
import { manifestPutSignature, manifestSignature } from './signatures/manifest.ts'
import {
  pluginAddSignature,
  pluginDisableSignature,
  pluginDoctorSignature,
  pluginEnableSignature,
  pluginInfoSignature,
  pluginLsSignature,
  pluginNewSignature,
  pluginRmSignature,
} from './signatures/plugin.ts'
import { pullSignature } from './signatures/pull.ts'
import { pushSignature } from './signatures/push.ts'
import { referrersSignature } from './signatures/referrers.ts'
import { resolveSignature } from './signatures/resolve.ts'
import { rmSignature } from './signatures/rm.ts'
import { serveSignature } from './signatures/serve.ts'
import { aliasSignature, completionSignature, doctorSignature, setSignature } from './signatures/settings.ts'
import { syncSignature } from './signatures/sync.ts'
import { tagSignature } from './signatures/tag.ts'
import { tagsSignature } from './signatures/tags.ts'
import { treeSignature } from './signatures/tree.ts'
import { validateSignature } from './signatures/validate.ts'
import { watchSignature } from './signatures/watch.ts'

/** The built-in commands as data, in the order of the overview: binding, help and completion load nothing else. */
export const signatures: readonly Signature[] = [
  lsSignature,
  tagsSignature,
  describeSignature,
  treeSignature,
  referrersSignature,
  resolveSignature,
  existsSignature,
  manifestSignature,
  configSignature,
  catSignature,
  diffSignature,
  duSignature,
  findSignature,
  watchSignature,
  pushSignature,
  pullSignature,
  cpSignature,
  syncSignature,
  exportSignature,
  convertSignature,
  attachSignature,
  tagSignature,
  rmSignature,
  manifestPutSignature,
  blobPutSignature,
  blobRmSignature,
  validateSignature,
  loginSignature,
  logoutSignature,
  whoamiSignature,
  setSignature,
  aliasSignature,
  doctorSignature,
  completionSignature,
  helpSignature,
  versionSignature,
  exitSignature,
  serveSignature,
  cacheLsSignature,
  cacheDuSignature,
  cachePruneSignature,
  cacheClearSignature,
  pluginAddSignature,
  pluginLsSignature,
  pluginInfoSignature,
  pluginRmSignature,
  pluginEnableSignature,
  pluginDisableSignature,
  pluginDoctorSignature,
  pluginNewSignature,
]
