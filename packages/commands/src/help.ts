import { createCommands, kindSignature, manPage } from '@ocish/shell'
import { signatures } from './all-signatures.ts'
import { isSet, textArgs } from './call-values.ts'
import { helpDocument } from './help-document.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const kinds = services.kinds.list()
  const added = kinds.flatMap((kind) => (kind.commands ?? []).map((data) => kindSignature(kind.family, data)))
  const options = kinds.flatMap((kind) => kind.options.map((option) => ({ kind: kind.name, option })))
  const document = helpDocument(
    textArgs(call, 'topic'),
    createCommands([...signatures, ...added], { options }),
  )
  yield isSet(call, 'man') ? manPage(document, services.version) : document
}
