import type {
  Artifact,
  Bytes,
  KindCommandContext,
  KindContext,
  LocationContext,
  Source,
  Target,
} from '@ocish/sdk'
import type { PartWitness } from './part-witness.ts'

/** What a command's declared effect and the paths that were typed allow. */
export function abilitiesOf(context: KindCommandContext): object {
  return {
    ...(context.sourceDateEpoch !== undefined && { sourceDateEpoch: context.sourceDateEpoch }),
    ...(context.publish && {
      publish: async (...given: Parameters<NonNullable<KindCommandContext['publish']>>) =>
        context.publish?.(...given),
    }),
    ...(context.folder && {
      folder: async (parameter: string) => {
        const source = await context.folder?.(parameter)
        return source && sourceShape(source)
      },
    }),
    ...(context.target && {
      target: async (parameter: string, options?: { readonly merge?: boolean }) => {
        const target = await context.target?.(parameter, options)
        return target && targetShape(target)
      },
    }),
  }
}

/** What reads a location may open: a folder that its text names, as the host decides. */
export function placeOf(context: LocationContext): object {
  return { folder: async (path: string) => sourceShape(await context.folder(path)) }
}

/** A kind's context; artifacts it looks up are witnessed, too. */
export function contextShape(context: KindContext, witness: PartWitness): object {
  const { signal, warn, progress, settings, options, lookup, features } = context
  return {
    ...(context.file && {
      file: async (option: string) => {
        const source = await context.file?.(option)
        return source && sourceShape(source)
      },
    }),
    signal,
    warn: (message: unknown) => warn(String(message).slice(0, 1000)),
    progress,
    settings,
    options,
    features,
    lookup: {
      resolve: async (reference: string) => lookup.resolve(reference),
      versions: (repository: string) => lookup.versions(repository),
      repositories: (prefix: string) => lookup.repositories(prefix),
      open: async (reference: string) => artifactShape(await lookup.open(reference), witness),
    },
  }
}

/** An artifact, whose parts the witness sees. */
export function artifactShape(artifact: Artifact, witness: PartWitness): object {
  const { ref, descriptor, manifest, bytes, artifactType, annotations, config, layers, subject } = artifact
  return {
    ref,
    descriptor,
    manifest,
    bytes,
    artifactType,
    annotations,
    config,
    layers,
    subject,
    children: async (...given: Parameters<Artifact['children']>) =>
      (await artifact.children(...given)).map((child) => artifactShape(child, witness)),
    open: (...given: Parameters<Artifact['open']>) => witness.open(artifact, ...given),
  }
}

/** A source, file by file as it is asked. */
export function sourceShape(source: Source): object {
  return {
    type: source.type,
    name: source.name,
    list: (dir: string) => source.list(dir),
    stat: async (path: string) => source.stat(path),
    readlink: async (path: string) => source.readlink(path),
    open: (...given: Parameters<Source['open']>) => source.open(...given),
    xattrs: async (path: string) => source.xattrs(path),
    ...(source.beside && {
      beside: async (suffix: string) => {
        const found = await source.beside?.(suffix)
        return found && sourceShape(found)
      },
    }),
  }
}

/** Links are checked as for anybody: `asData` is for kinds that come with the program. */
export function targetShape(target: Target): object {
  return {
    write: async (path: string, content: Bytes, options?: { readonly mode?: number }) =>
      target.write(path, content, options),
    folder: async (path: string, options?: { readonly mode?: number }) => target.folder(path, options),
    link: async (path: string, to: string) => target.link(path, to),
    ...(target.hardlink && {
      hardlink: async (path: string, existing: string) => target.hardlink?.(path, existing),
    }),
  }
}
