import type { KindCommand } from '@ocish/sdk'
import { jsonSchema } from '../schema.ts'

/** `runconfig schema`. */
export const schemaCommand: KindCommand = {
  name: 'schema',
  summary: 'Print the JSON Schema of a run configuration.',
  params: [],
  output: { form: 'value' },
  effect: 'R',
  examples: [{ line: 'runconfig schema', note: 'for an editor, or to look up a field' }],
  async *run() {
    yield jsonSchema()
  },
}
