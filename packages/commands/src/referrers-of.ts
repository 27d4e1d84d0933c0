import { listReferrers } from '@ocish/core'
import type { Descriptor } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { timeOf } from './artifact-facts.ts'
import { referrerKind } from './referrer-kind.ts'
import type { KindInfo, Opened } from './services.ts'

export interface FoundReferrer {
  readonly artifactType: string | undefined
  readonly row: Row
}

/** What refers to a manifest directly, by the referrers API or the tag schema. */
export function directReferrers(
  opened: Opened,
  digest: string,
  signal: AbortSignal,
): AsyncIterable<Descriptor> {
  return listReferrers(opened, digest, { signal })
}

/** Rows of type Referrer, level by level; each manifest once, however it is reached (T39). */
export async function* referrersOf(
  opened: Opened,
  digest: string,
  options: { readonly depth: number; readonly kinds: readonly KindInfo[]; readonly signal: AbortSignal },
): AsyncGenerator<FoundReferrer, void> {
  const seen = new Set([digest])
  let level = [digest]
  for (let depth = 0; depth < options.depth && level.length > 0; depth++) {
    const next: string[] = []
    for (const subject of level) {
      for await (const descriptor of directReferrers(opened, subject, options.signal)) {
        if (seen.has(descriptor.digest)) continue
        seen.add(descriptor.digest)
        next.push(descriptor.digest)
        yield {
          artifactType: descriptor.artifactType,
          row: rowOf(opened, descriptor, { subject, kinds: options.kinds }),
        }
      }
    }
    level = next
  }
}

function rowOf(
  opened: Opened,
  descriptor: Descriptor,
  { subject, kinds }: { readonly subject: string; readonly kinds: readonly KindInfo[] },
): Row {
  const { digest, artifactType, size, annotations } = descriptor
  const created = timeOf(annotations?.['org.opencontainers.image.created'])
  return {
    ref: `${opened.display}@${digest}`,
    digest,
    kind: referrerKind(descriptor, kinds),
    ...(artifactType === undefined ? {} : { artifactType }),
    size,
    ...(created === undefined ? {} : { created }),
    subject,
  }
}
