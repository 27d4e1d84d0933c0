import { defineKind, type Kind, OcishError } from '@ocish/sdk'

const artifactType = 'application/vnd.example.note'

const note: Kind<string> = defineKind<string>({
  name: 'note',
  match: [{ artifactType }],
  sources: [{ fileName: '*.note' }],
  async read(artifact) {
    const [layer] = artifact.layers
    if (layer === undefined || layer.size > 65_536) {
      throw new OcishError('KIND_INPUT_INVALID', 'a note is one text of at most 64 KiB')
    }
    return (await Array.fromAsync(artifact.open(layer), (chunk) => Buffer.from(chunk).toString())).join('')
  },
  describe: (text) => ({
    title: text.split('\n', 1).join(''),
    fields: [{ label: 'letters', value: text.length }],
  }),
  pack: async (source) => ({
    artifactType,
    layers: [{ mediaType: 'text/plain', open: () => source.open('') }],
  }),
})

export default note
