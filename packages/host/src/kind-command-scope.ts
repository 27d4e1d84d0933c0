import type { KindCommandScope } from '@ocish/commands'
import {
  type KindCall,
  type KindCommandData,
  type KindContext,
  OcishError,
  type Packed,
  type Source,
} from '@ocish/sdk'
import type { OpenTarget } from './target.ts'

/** What a host lends a kind's command. */
export interface KindCommandAbilities {
  /** `SOURCE_DATE_EPOCH`, where it is set. */
  readonly sourceDateEpoch?: string | undefined
  readonly publish: (
    packed: Packed,
    location: string,
  ) => Promise<{ readonly ref: string; readonly digest: string }>
  readonly folder: (path: string) => Promise<Source>
  readonly target: (
    path: string,
    options: { readonly force: boolean; readonly merge: boolean },
  ) => Promise<OpenTarget>
}

/**
 * The context of one run of a kind's command, as far as its declared effect and the paths the user typed allow:
 * `publish` with effect W, `folder` and `target` only for arguments of type `path` that were given.
 */
export function kindCommandScope(
  context: KindContext,
  command: KindCommandData,
  call: KindCall,
  abilities: KindCommandAbilities,
): KindCommandScope {
  const targets: OpenTarget[] = []
  const pathOf = (argument: string): string => typedPath(command, call, argument)
  return {
    ...context,
    ...(abilities.sourceDateEpoch !== undefined && { sourceDateEpoch: abilities.sourceDateEpoch }),
    ...(command.effect === 'W' && { publish: abilities.publish }),
    folder: async (argument) => abilities.folder(pathOf(argument)),
    async target(argument, { merge = false } = {}) {
      const force = call.flags['force'] === true
      const open = await abilities.target(pathOf(argument), { force, merge })
      targets.push(open)
      return open.target
    },
    async finish() {
      for (const open of targets) {
        // In the order they were opened; one that fails leaves those before it whole.
        // oxlint-disable-next-line no-await-in-loop
        await open.commit()
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(targets.map(async (open) => open[Symbol.asyncDispose]()))
    },
  }
}

function typedPath(command: KindCommandData, call: KindCall, argument: string): string {
  const params = [...command.params, ...(command.flags ?? [])]
  const isPath = params.some((param) => param.name === argument && param.type === 'path')
  const value = call.args[argument] ?? call.flags[argument]
  if (isPath && typeof value === 'string') return value
  throw new OcishError('KIND_FAILED', `${command.name} asked for the path ${argument}, which nobody typed`)
}
