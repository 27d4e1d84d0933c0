import { metadataText, type Commit } from '@ocish/ostree-repo'

/** An architecture as images name it. */
export interface Architecture {
  readonly architecture: string
  readonly variant?: string
}

const known: Readonly<Record<string, Architecture>> = {
  x86_64: { architecture: 'amd64' },
  amd64: { architecture: 'amd64' },
  aarch64: { architecture: 'arm64' },
  arm64: { architecture: 'arm64' },
  armv7l: { architecture: 'arm', variant: 'v7' },
  armhf: { architecture: 'arm', variant: 'v7' },
  arm: { architecture: 'arm' },
  i686: { architecture: '386' },
  i386: { architecture: '386' },
  386: { architecture: '386' },
  ppc64le: { architecture: 'ppc64le' },
  s390x: { architecture: 's390x' },
  riscv64: { architecture: 'riscv64' },
}

/** What the user said, else the commit's metadata, else a fragment of the ref that is one (ostree.md §11). */
export function architectureOf(
  asked: string | undefined,
  commit: Commit,
  revision: string,
): Architecture | undefined {
  if (asked !== undefined) return named(asked) ?? split(asked)
  const told = metadataText(commit, 'ostree.architecture')
  if (told !== undefined) return named(told) ?? { architecture: told }
  for (const fragment of revision.split(/[/:]/)) {
    const found = named(fragment)
    if (found) return found
  }
  return undefined
}

function named(text: string): Architecture | undefined {
  return Object.hasOwn(known, text) ? known[text] : undefined
}

function split(text: string): Architecture {
  const [architecture = text, variant] = text.split('/')
  return variant === undefined ? { architecture } : { architecture, variant }
}
