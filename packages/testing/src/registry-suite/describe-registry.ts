import { blobCases, blobReadCases } from './blobs.ts'
import { deleteCases } from './deletes.ts'
import { lifeCases, readOnlyCases } from './life.ts'
import { listCases } from './lists.ts'
import { manifestPushCases } from './manifest-pushes.ts'
import { manifestReadCases } from './manifest-reads.ts'
import { manifestRefusalCases } from './manifest-refusals.ts'
import { manifestShapeCases } from './manifest-shapes.ts'
import { rangeCases } from './ranges.ts'
import { referrerCases, referrerWriteCases } from './referrers.ts'
import { describeWithScenes, type RegistrySuiteOptions, type RegistryUnderTest, type Suite } from './suite.ts'
import { mountCases, uploadCases } from './uploads.ts'

/**
 * The contract of `Registry` as tests: declared abilities work, undeclared ones answer UNSUPPORTED, unknown ones do
 * either. Call it in a test file; `create` gives a registry and the names of fresh repositories.
 */
export function describeRegistry(
  name: string,
  create: () => Promise<RegistryUnderTest>,
  options: RegistrySuiteOptions = {},
): void {
  describeWithScenes(name, create, options, (suite) => {
    lifeCases(suite)
    readCases(suite)
    if (options.readOnly === true) readOnlyCases(suite)
    else writeCases(suite)
  })
}

function readCases(suite: Suite): void {
  blobReadCases(suite)
  rangeCases(suite)
  manifestReadCases(suite)
  listCases(suite)
  referrerCases(suite)
}

function writeCases(suite: Suite): void {
  blobCases(suite)
  uploadCases(suite)
  mountCases(suite)
  manifestPushCases(suite)
  manifestShapeCases(suite)
  manifestRefusalCases(suite)
  referrerWriteCases(suite)
  deleteCases(suite)
}
