import { Text, useApp, useCursor, useStdout } from 'ink'
import { type ReactNode, useEffect, useSyncExternalStore } from 'react'
import type { FrameSource } from './frame-source.ts'

/** What the view hands out once it is mounted. */
export interface Handles {
  readonly write: (data: string) => void
  readonly suspend: (work: () => Promise<void>) => Promise<void>
}

/** Paints ready rows: everything that decides is elsewhere, and free of React. */
export function App(props: {
  readonly source: FrameSource
  readonly onMount: (handles: Handles) => void
}): ReactNode {
  const { source, onMount } = props
  const { rows, x, y } = useSyncExternalStore(source.subscribe, source.frame)
  const { setCursorPosition } = useCursor()
  const { write } = useStdout()
  const { suspendTerminal } = useApp()
  setCursorPosition({ x, y })
  useEffect(
    () => onMount({ write, suspend: async (work) => suspendTerminal(work) }),
    [onMount, write, suspendTerminal],
  )
  // An empty row would have no height.
  return <Text wrap="truncate">{rows.map((row) => (row === '' ? ' ' : row)).join('\n')}</Text>
}
