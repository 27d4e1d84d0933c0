import { OcishError } from '@ocish/sdk'
import type { Abilities, MountResult, PushedManifest, Registry, Upload } from '../registry.ts'
import { ForwardingRegistry } from './forwarding.ts'

/** The same registry without its writers and deleters: they answer UNSUPPORTED. */
export function readOnly(registry: Registry): Registry {
  return registry.abilities.readOnly ? registry : new ReadOnlyRegistry(registry)
}

class ReadOnlyRegistry extends ForwardingRegistry {
  override get abilities(): Abilities {
    return {
      ...this.inner.abilities,
      readOnly: true,
      mount: false,
      tagDelete: false,
      delete: false,
      chunked: false,
      deferredDigest: false,
      concurrentWrites: false,
    }
  }

  override pushBlob(): Promise<never> {
    return this.#refuse()
  }

  override startUpload(): Promise<Upload> {
    return this.#refuse()
  }

  override resumeUpload(): Promise<Upload> {
    return this.#refuse()
  }

  override mountBlob(): Promise<MountResult> {
    return this.#refuse()
  }

  override pushManifest(): Promise<PushedManifest> {
    return this.#refuse()
  }

  override deleteBlob(): Promise<void> {
    return this.#refuse()
  }

  override deleteManifest(): Promise<void> {
    return this.#refuse()
  }

  override deleteTag(): Promise<void> {
    return this.#refuse()
  }

  protected override receiveBlobThrough(): Promise<never> {
    return this.#refuse()
  }

  protected override adoptBlobThrough(): Promise<never> {
    return this.#refuse()
  }

  #refuse(): Promise<never> {
    return Promise.reject(new OcishError('UNSUPPORTED', `${this.name} is opened for reading only`))
  }
}
