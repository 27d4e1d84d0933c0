import type { Command } from '@ocish/shell'
import type { Services } from './services.ts'

/** The code of a command; its data is in `signatures/`, so that help and binding load no code. */
export type Run = Command<Services>['run']
