import { expect, test } from 'vitest'
import { outerName } from './outer-name.ts'

test.each([
  ['ghcr.io/team/app:1//etc/os-release', 'ghcr.io/team/app:1'],
  ['ghcr.io/team/app:1//', 'ghcr.io/team/app:1'],
  ['ghcr.io/team/app:1', 'ghcr.io/team/app:1'],
  ['docker://ghcr.io/team/app:1//etc', 'docker://ghcr.io/team/app:1'],
  ['oci://ghcr.io/team/app:1', 'oci://ghcr.io/team/app:1'],
  ['oci:/backup/app:1//etc//x', 'oci:/backup/app:1'],
  ['ostree:./repo:debian//usr', 'ostree:./repo:debian'],
])('%s is in %s', (text, name) => {
  expect(outerName(text)).toBe(name)
})
