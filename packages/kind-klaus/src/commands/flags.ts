import type { KindParam } from '@ocish/sdk'

export const typeFlag: KindParam = {
  name: 'type',
  type: 'string',
  enum: ['plugin', 'personality', 'toolchain'],
  optional: true,
  summary: 'Which artifacts (default plugin)',
}

export const sourceFlag: KindParam = {
  name: 'source',
  type: 'string',
  optional: true,
  summary: 'A configured source (default: the one that is marked so)',
}
