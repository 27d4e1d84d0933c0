import { readFile } from 'node:fs/promises'
import { runOcish, temporaryFolder, type OcishRun, type TemporaryFolder } from '@ocish/testing'
import {
  addManyXattrs,
  commitSystemTree,
  makeSystemTree,
  ostree,
  output,
  systemRef,
} from './system-tree.test-kit.ts'

/** Where the mode that only images have is found, after `umoci unpack`. */
export const splitRepo = 'unpacked/rootfs/sysroot/ostree/repo'

/** What the tests of ostree.md §19.1 need; they are run by root. */
export const acceptancePrograms = ['ostree', 'skopeo', 'umoci', 'perl'] as const

export interface ImageManifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly {
    readonly digest: string
    readonly annotations?: Readonly<Record<string, string>>
  }[]
}

interface SkopeoInspect {
  readonly Digest: string
  readonly Labels: Readonly<Record<string, string>>
}

/** What `skopeo inspect` says of `oci:DIR:TAG`, `docker://…`. */
export function inspect(image: string): SkopeoInspect {
  return JSON.parse(output('skopeo', ['inspect', '--tls-verify=false', image])) as SkopeoInspect
}

/** A folder in which the built program runs; `tree` and repositories of it when `makeRepositories` was called. */
export class Lab {
  readonly folder: TemporaryFolder

  private constructor(folder: TemporaryFolder) {
    this.folder = folder
  }

  static async make(): Promise<Lab> {
    return new Lab(await temporaryFolder('ocish-acceptance-'))
  }

  /** `tree` in the modes that `ostree commit` writes, each a folder; images `encapsulated`, `single` and `plain`. */
  async makeRepositories(): Promise<void> {
    await makeSystemTree(this.join('tree'))
    await addManyXattrs(this.join('tree'))
    commitSystemTree(this.folder.path, this.join('tree'))
    await this.answer(`ostree encapsulate archive ${systemRef} oci:encapsulated:latest`)
    await this.answer(`ostree encapsulate archive ${systemRef} oci:single:latest --max-layers 1`)
    await this.answer(`ostree build archive ${systemRef} oci:plain:latest`)
    output('umoci', ['unpack', '--image', this.join('encapsulated:latest'), this.join('unpacked')])
  }

  join(path: string): string {
    return this.folder.join(path)
  }

  run(line: string, env: Readonly<Record<string, string>> = {}): Promise<OcishRun> {
    return runOcish(line.split(' '), { cwd: this.folder.path, env: { HOME: this.join('home'), ...env } })
  }

  /** Standard output of a line that must succeed. */
  async answer(line: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(line, env)
    if (code !== 0) throw new Error(`${line}: exit status ${code}: ${stderr}`)
    return stdout
  }

  /** The digest that `ostree build` or `ostree encapsulate` prints. */
  async made(line: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const [row] = JSON.parse(await this.answer(`${line} -o json`, env)) as readonly {
      readonly digest: string
    }[]
    return row?.digest ?? ''
  }

  commitOf(repo: string, ref: string = systemRef): string {
    return ostree(this.join(repo), 'rev-parse', ref).trim()
  }

  async blob(layout: string, digest: string): Promise<Buffer> {
    return readFile(this.join(`${layout}/blobs/${digest.replace(':', '/')}`))
  }

  async manifest(layout: string): Promise<ImageManifest> {
    const { Digest } = inspect(`oci:${this.join(layout)}:latest`)
    return JSON.parse((await this.blob(layout, Digest)).toString()) as ImageManifest
  }
}
