import { OcishError, type KindCommand, streamOf } from '@ocish/sdk'
import { personalityFile, pluginManifest, soulFile } from '../constants.ts'
import type { KlausType } from '../sources.ts'

export const create: KindCommand = {
  name: 'new',
  summary: 'Write the folder of a new plugin, personality or toolchain',
  params: [
    { name: 'type', type: 'string', enum: ['plugin', 'personality', 'toolchain'] },
    { name: 'dir', type: 'path', summary: 'A new folder; its name becomes the artifact name' },
  ],
  output: { form: 'rows', columns: ['path', 'size'] },
  effect: 'L',
  examples: [{ line: 'klaus new plugin ./my-plugin', note: 'a plugin with one skill, ready to push' }],
  async *run({ args }, context) {
    const name = String(args['dir']).replace(/\/+$/, '').split('/').at(-1) ?? ''
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) {
      throw new OcishError(
        'KIND_INPUT_INVALID',
        `${JSON.stringify(name)} cannot be the name of a klaus artifact`,
        {
          hint: 'Name a folder with small letters, digits and dashes.',
        },
      )
    }
    if (context.target === undefined) throw new TypeError('this host gives no folders')
    const target = await context.target('dir')
    for (const [path, text] of Object.entries(files[args['type'] as KlausType](name))) {
      const bytes = new TextEncoder().encode(text)
      await target.write(path, streamOf(bytes))
      yield { path, size: bytes.length }
    }
  },
}

/** What `push` and `validate` accept as it stands. */
const files: Readonly<Record<KlausType, (name: string) => Readonly<Record<string, string>>>> = {
  plugin: (name) => ({
    [pluginManifest]: `${JSON.stringify({ name, description: `The ${name} plugin`, keywords: [] }, null, 2)}\n`,
    [`skills/${name}/SKILL.md`]: `---\nname: ${name}\ndescription: What this skill is for, and when to use it.\n---\n\n# ${name}\n`,
    '.ocishignore': '.env\nnode_modules/\n',
  }),
  personality: (name) => ({
    [personalityFile]: `name: ${name}\ndescription: The ${name} personality\ntoolchain:\n  repository: go\nplugins:\n  - repository: gs-base\n`,
    [soulFile]: `# ${name}\n\nWho you are and how you work.\n`,
  }),
  toolchain: (name) => ({
    Dockerfile: `FROM docker.io/library/debian:stable-slim\nLABEL io.giantswarm.klaus.name="${name}"\nLABEL io.giantswarm.klaus.description="The ${name} toolchain"\n`,
  }),
}
