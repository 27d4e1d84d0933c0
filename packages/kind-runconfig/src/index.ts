import { defineKind, type Kind } from '@ocish/sdk'
import { diffCommand } from './commands/diff.ts'
import { exportCommand } from './commands/export.ts'
import { schemaCommand } from './commands/schema.ts'
import { describe } from './describe.ts'
import { diff } from './diff.ts'
import { list, unpack } from './export.ts'
import { parseImage } from './image.ts'
import { artifactType, layerMediaType, type RunConfig } from './model.ts'
import { options, settings } from './options.ts'
import { pack } from './pack.ts'
import { readConfig } from './read.ts'
import { schema } from './schema.ts'
import { validate } from './validate.ts'

export type { JsonObject, JsonValue, PermissionProfile, RunConfig, Strings } from './model.ts'

/** ToolHive run configurations (specs/runconfig.md). */
const runconfig: Kind<RunConfig> = defineKind<RunConfig>({
  name: 'runconfig',
  family: 'runconfig',
  match: [{ artifactType }, { layerMediaType }],
  sources: [
    { fileName: 'runconfig.json' },
    { fileName: '*.runconfig.json' },
    { jsonKeys: ['name', 'transport', 'permission_profile'] },
    { jsonKeys: ['schema_version', 'name', 'transport'] },
  ],
  options,
  settings,
  schema,
  read: (artifact, context) => readConfig(artifact, context.signal),
  describe,
  list,
  unpack,
  pack,
  validate,
  diff,
  dependencies({ image = '' }) {
    const parsed = parseImage(image)
    return parsed === undefined ? [] : [{ ref: parsed.reference, name: image }]
  },
  commands: [exportCommand, diffCommand, schemaCommand],
})

export default runconfig
