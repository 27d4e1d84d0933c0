import type { Descriptor } from '@ocish/sdk'

/** One event of a transfer, per descriptor; the only thing progress displays are made of. */
export type TransferEvent =
  | { readonly type: 'waiting' | 'probing' | 'mounting'; readonly descriptor: Descriptor }
  /** `done` bytes of `descriptor.size`. */
  | { readonly type: 'moving'; readonly descriptor: Descriptor; readonly done: number }
  | {
      readonly type: 'retrying'
      readonly descriptor?: Descriptor
      readonly seconds: number
      readonly reason: string
    }
  | {
      readonly type: 'done'
      readonly descriptor: Descriptor
      readonly how: 'moved' | 'mounted' | 'existing' | 'skipped'
    }

/** Hears of every step of a transfer; called synchronously, so it must be quick. */
export type OnTransfer = (event: TransferEvent) => void
