import { render } from 'ink'
import { App, type Handles } from './app.tsx'
import type { FrameSource, View } from './frame-source.ts'
import { Transcript } from './transcript.ts'

/** Mounts the view on a terminal. It reads no keys and patches nothing. */
export async function mount(
  source: FrameSource,
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
): Promise<View> {
  const mounted = Promise.withResolvers<Handles>()
  const transcript = new Transcript()
  let columns = stdout.columns
  let lent = 0
  let isTold = false
  let clear = (): void => undefined
  /** The frame goes; all that is shown does where rows of it may be anywhere. */
  const takeAway = (isNarrower: boolean): void => {
    if (lent > 0) return
    clear()
    const { rows, y } = source.frame()
    if (isNarrower || y > 0) stdout.write(transcript.repainted(stdout.rows - rows.length - 1, stdout.columns))
  }
  // Before Ink hears of it: where a terminal reflows, copies of the frame would stay.
  const onResize = (): void => {
    const isNarrower = stdout.columns < columns
    columns = stdout.columns
    isTold = true
    takeAway(isNarrower)
  }
  // Of several sizes in a row only the last one is told, and none where that is the one before them.
  const onSignal = (): void => {
    const wasTold = isTold
    isTold = false
    if (wasTold || lent > 0) return
    takeAway(true)
    instance.rerender(<App source={source} onMount={mounted.resolve} />)
  }
  stdout.on('resize', onResize)
  // After the stream itself, which learns its size from the same signal.
  process.on('SIGWINCH', onSignal)
  const instance = render(<App source={source} onMount={mounted.resolve} />, {
    stdin,
    stdout,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    maxFps: 120,
    incrementalRendering: true,
  })
  clear = () => instance.clear()
  const { write, suspend } = await mounted.promise
  return {
    write: (text) => {
      transcript.add(text)
      write(text)
    },
    settled: async () => instance.waitUntilRenderFlush(),
    clear: () => {
      instance.clear()
      transcript.forget()
      stdout.write('\u001B[H\u001B[2J')
    },
    suspend: async (work) => {
      lent += 1
      try {
        await suspend(work)
      } finally {
        lent -= 1
      }
    },
    end: async () => {
      stdout.off('resize', onResize)
      process.removeListener('SIGWINCH', onSignal)
      await instance.waitUntilRenderFlush()
      instance.unmount()
    },
  }
}
