import type { KindOption } from '@ocish/sdk'

export const options: readonly KindOption[] = [
  {
    name: 'compat',
    type: 'bool',
    summary: "Write klaus-oci's own tar and discovery, owners, modes and times included",
    verbs: ['push', 'validate'],
  },
]
