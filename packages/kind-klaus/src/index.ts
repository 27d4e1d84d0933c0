import { defineKind, type Kind } from '@ocish/sdk'
import { deps } from './commands/deps.ts'
import { list } from './commands/list.ts'
import { lock } from './commands/lock.ts'
import { create } from './commands/new.ts'
import { resolve } from './commands/resolve.ts'
import { versions } from './commands/versions.ts'
import {
  annotationPrefix,
  markerFile,
  personalityConfigType,
  personalityContentType,
  personalityFile,
  pluginConfigType,
  pluginContentType,
  pluginManifest,
} from './constants.ts'
import { describePersonality, describePlugin, describeToolchain } from './describe.ts'
import { formatPartReference, type Personality, type Plugin, type Toolchain } from './model.ts'
import { options } from './options.ts'
import { packPersonality, packPlugin } from './pack.ts'
import { readPersonality, readPlugin, readToolchain } from './read.ts'
import { resolveWord } from './resolve.ts'
import { klausSource, settings, toolchainBases, type KlausType } from './sources.ts'
import { listContent, unpackContent } from './unpack.ts'
import { validatePersonality, validatePlugin } from './validate.ts'

const family = 'klaus'

function resolver(type: KlausType): NonNullable<Kind['resolve']> {
  return (word, context) => resolveWord(word, klausSource(context.settings).bases[type], context)
}

const plugin: Kind<Plugin> = defineKind<Plugin>({
  name: 'klaus-plugin',
  family,
  match: [{ configMediaType: pluginConfigType }],
  sources: [{ folderWith: pluginManifest }],
  options,
  settings,
  read: readPlugin,
  describe: describePlugin,
  list: (artifact) => listContent(artifact, pluginContentType),
  unpack: (artifact, target, context) => unpackContent(artifact, pluginContentType, target, context),
  marker: markerFile,
  pack: packPlugin,
  validate: validatePlugin,
  resolve: resolver('plugin'),
  commands: [list, versions, resolve, create],
})

const personality: Kind<Personality> = defineKind<Personality>({
  name: 'klaus-personality',
  family,
  match: [{ configMediaType: personalityConfigType }],
  sources: [{ folderWith: personalityFile }],
  options,
  settings,
  read: readPersonality,
  describe: describePersonality,
  list: (artifact) => listContent(artifact, personalityContentType),
  unpack: (artifact, target, context) => unpackContent(artifact, personalityContentType, target, context),
  marker: markerFile,
  pack: packPersonality,
  validate: (input) => validatePersonality(input),
  dependencies: ({ toolchain, plugins }) => [
    ...(toolchain.repository === ''
      ? []
      : [{ ref: formatPartReference(toolchain), kind: 'klaus-toolchain' }]),
    ...plugins.map((part) => ({ ref: formatPartReference(part), kind: 'klaus-plugin' })),
  ],
  resolve: resolver('personality'),
  commands: [deps, lock],
})

const toolchain: Kind<Toolchain> = defineKind<Toolchain>({
  name: 'klaus-toolchain',
  family,
  match: [{ annotation: `${annotationPrefix}name` }],
  settings,
  bases: toolchainBases,
  read: readToolchain,
  describe: describeToolchain,
  resolve: resolver('toolchain'),
})

const kinds: readonly [Kind<Plugin>, Kind<Personality>, Kind<Toolchain>] = [plugin, personality, toolchain]

export default kinds
export type { Personality, Plugin, Toolchain } from './model.ts'
