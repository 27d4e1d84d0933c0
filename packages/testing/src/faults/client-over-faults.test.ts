import { createMemoryRegistry } from '@ocish/core'
import { createClient } from '@ocish/core/client'
import { describe } from 'vitest'
import { describeRegistry } from '../registry-suite/describe-registry.ts'
import type { Lack } from '../registry-suite/suite.ts'
import { serveFaults } from './fault-server.ts'
import * as faults from './faults.ts'
import { personalities } from './personalities.ts'
import type { FaultRule } from './rule.ts'

let count = 0

function describeFaulty(name: string, rules: readonly FaultRule[], lacks: readonly Lack[] = []): void {
  describeRegistry(
    name,
    async () => {
      const server = await serveFaults(createMemoryRegistry(), rules)
      return {
        registry: createClient(server.host, { backoff: 0.001 }),
        repository: () => `suite/r${(count += 1)}`,
        close: () => server.close(),
      }
    },
    { lacks: ['sparse', ...lacks] },
  )
}

/** Every so many-th request, as often as a suite asks. */
function every(step: number): readonly number[] {
  return Array.from({ length: 2000 }, (_, index) => (index + 1) * step)
}

describe('the client over faults that it has to bear', () => {
  describeFaulty('blobs on another origin', [{ route: 'blob', method: 'GET', action: faults.redirect() }])
  describeFaulty('lists without Link', [
    { route: ['tags', 'catalog', 'referrers'], action: faults.ignoreQuery('n', 'last') },
    { route: ['tags', 'catalog', 'referrers'], action: faults.dropHeaders('link') },
  ])
  describeFaulty(
    'no digest headers',
    [{ action: faults.dropHeaders('docker-content-digest', 'etag') }],
    // A tag's digest is computed, as sha256; and without an ETag there is nothing to compare.
    ['sha512', 'conditionalWrites'],
  )
  describeFaulty('refused mounts', [
    { route: 'uploads', target: /[?&]mount=/, nth: every(2), action: faults.refuseMount(500) },
    { route: 'uploads', target: /[?&]mount=/, action: faults.refuseMount(202) },
  ])
  describeFaulty('bodies that break off', [
    // Whole blobs only: a range is handed on as it comes, and resuming is what ranges are for.
    { route: 'blob', method: 'GET', nth: every(2), action: faults.resetAfter(1_000_000) },
  ])
  describeFaulty('a server that is busy', [
    // So far apart that no request of a parallel case can meet it as often as it may be repeated.
    { method: ['GET', 'HEAD'], nth: every(20), action: faults.status(503) },
    { route: 'manifest', method: 'PUT', nth: every(30), action: faults.status(500) },
  ])
})

describe('the client over registries that differ', () => {
  // They know no tags beside a digest, so that a tag's manifest is stored as sha256.
  const noTagParameter: readonly Lack[] = ['sha512']
  const old: readonly Lack[] = [...noTagParameter, 'conditionalWrites', 'uploadOffsets']
  describeFaulty('as CNCF Distribution 2.8', personalities['distribution-2.8'], old)
  describeFaulty('as GHCR', personalities.ghcr, noTagParameter)
  describeFaulty('as Docker Hub', personalities['docker-hub'], noTagParameter)
  describeFaulty('as ECR', personalities.ecr)
  describeFaulty('as zot', personalities.zot)
})
