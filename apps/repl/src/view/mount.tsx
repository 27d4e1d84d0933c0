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
  let clear = (): void => undefined
  // Before Ink hears of it: where a terminal reflows, copies of the frame would stay.
  const onResize = (): void => {
    const narrower = stdout.columns < columns
    columns = stdout.columns
    if (!narrower) return
    clear()
    stdout.write(transcript.repainted(stdout.rows - source.frame().rows.length - 1))
  }
  stdout.on('resize', onResize)
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
    suspend,
    end: async () => {
      stdout.off('resize', onResize)
      await instance.waitUntilRenderFlush()
      instance.unmount()
    },
  }
}
