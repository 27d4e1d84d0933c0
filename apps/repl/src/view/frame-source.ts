import type { Frame } from '../layout/frame.ts'

/** What a view paints: the newest frame, and word of newer ones. */
export interface FrameSource {
  readonly subscribe: (call: () => void) => () => void
  /** The same object until something changed. */
  readonly frame: () => Frame
}

/** A mounted view. */
export interface View {
  /** Finished text above the frame; ends with a newline. */
  write(text: string): void
  /** The latest frame is on the screen. */
  settled(): Promise<void>
  /** An empty screen; the next change paints the frame anew. */
  clear(): void
  /** The terminal is free while this runs. */
  suspend(work: () => Promise<void>): Promise<void>
  /** Resolves when the last frame has been written. */
  end(): Promise<void>
}
