import { defineKind, docker, oci, type Kind } from '@ocish/sdk'
import { fsck, log, ls, refs, show } from './commands/browse.ts'
import { build } from './commands/build.ts'
import { compare } from './commands/compare.ts'
import { compose } from './commands/compose.ts'
import { encapsulate } from './commands/encapsulate.ts'
import { importImage } from './commands/import.ts'
import { listCommit } from './list-commit.ts'
import { listImage } from './list-image.ts'
import { describeImage, readImage, type OstreeImage } from './model.ts'
import { unpackImage } from './unpack-image.ts'
import { validateImage, validateOptions } from './validate-image.ts'

const kind: Kind<OstreeImage> = defineKind<OstreeImage>({
  name: 'ostree-image',
  family: 'ostree',
  match: [oci.config, docker.config].flatMap((configMediaType) =>
    ['ostree.commit', 'ostree.final-diffid', 'ostree.diffid'].map((configLabel) => ({
      configMediaType,
      configLabel,
    })),
  ),
  read: readImage,
  describe: describeImage,
  list: listImage,
  unpack: unpackImage,
  locations: ['ostree'],
  listLocation: listCommit,
  options: validateOptions,
  validate: validateImage,
  commands: [build, encapsulate, importImage, refs, log, show, ls, fsck, compare, compose],
})

export default kind
export type { OstreeImage } from './model.ts'
