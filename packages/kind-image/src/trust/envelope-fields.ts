import type { Field } from '@ocish/sdk'
import { field } from '../fields.ts'
import type { Envelope } from './bundle.ts'

/** What is told of an envelope, in the order of specs: trust §11.5. */
export function envelopeFields({
  form,
  signer,
  certificateValidity,
  log,
  time,
  timestamp,
  statement,
}: Envelope): readonly Field[] {
  const more = statement === undefined ? 0 : statement.subjectCount - statement.subjects.length
  return [
    ...field('format', form),
    ...field('signer', signer),
    ...field('certificate', certificateValidity),
    ...field('log', log),
    ...field('time', time, 'time'),
    ...field('timestamp', timestamp ? 'present' : undefined),
    ...(statement === undefined
      ? []
      : [
          ...field('predicate', statement.predicateType),
          ...field(
            'subjects',
            more > 0 ? [...statement.subjects, `and ${more} more`] : statement.subjects,
            'list',
          ),
          ...field('claims', statement.claims),
          ...statement.facts,
        ]),
  ]
}
