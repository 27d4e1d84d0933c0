import type { Site, Token } from '@ocish/shell'
import type { Editor } from '../editor/editor.ts'
import { emptyEditor } from '../editor/editor.ts'
import type { KeyEvent } from '../keys/key-event.ts'
import type { Candidate, CandidateList } from './candidate.ts'
import type { Keymap } from './keymap.ts'

/** A line that was accepted before. */
export interface PastLine {
  readonly text: string
  readonly context: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Absent: it was written but not run. */
  readonly status?: number
  /** Milliseconds. */
  readonly duration?: number
}

/** The part of a word that completion works on: `base` stands before it and stays. */
export interface Stage {
  readonly base: string
  readonly word: string
}

/** What the fold asks about a text. Everything here is pure and knows no network. */
export interface Reading {
  readonly tokens: readonly Token[]
  /** Enter adds a line. */
  readonly incomplete: boolean
  siteAt(cursor: number): Site
}

/** What the fold knows besides its state. */
export interface World {
  readonly keymap: Keymap
  /** Oldest first. */
  readonly history: readonly PastLine[]
  readonly context: string
  read(text: string): Reading
  stageOf(site: Site): Stage
  /** A value as it is written at a site. */
  insertion(value: string, site: Site): string
}

export interface Menu {
  readonly site: Site
  readonly stage: Stage
  readonly list: CandidateList
  /** Ranked for what is typed. */
  readonly view: readonly Candidate[]
  readonly selected: number
  readonly top: number
  /** Nobody has chosen yet: a single match goes in by itself, as does what all have in common. */
  readonly opening: boolean
  /** The pane beside the list. */
  readonly details: boolean
}

export interface Search {
  readonly query: string
  readonly scope: 'context' | 'all'
  /** Newest first. */
  readonly matches: readonly PastLine[]
  readonly selected: number
}

/** Walking through history: what stood there first, and where we are. */
interface Walk {
  readonly prefix: string
  readonly draft: string
  readonly index: number
}

export interface PromptState {
  readonly editor: Editor
  readonly menu?: Menu
  readonly search?: Search
  readonly walk?: Walk
  /** The rest of an earlier line, shown after the cursor. */
  readonly ghost: string
  /** A sentence below the line until the next key. */
  readonly note?: string
  /** The help line was sent away; it comes back with the next edit. */
  readonly quiet: boolean
  /** A command runs in the foreground. */
  readonly busy: boolean
  /** The number of the newest question to the completion engine. */
  readonly request: number
  /** The first key of a chord. */
  readonly chord?: string
  /** What F2 puts in. */
  readonly fix?: string
}

export type Effect =
  | { readonly type: 'submit'; readonly text: string }
  | { readonly type: 'discard'; readonly text: string }
  | { readonly type: 'complete'; readonly request: number; readonly site: Site; readonly stage: Stage }
  | { readonly type: 'details'; readonly candidate: Candidate; readonly site: Site }
  | { readonly type: 'help'; readonly site: Site }
  | { readonly type: 'edit-externally'; readonly text: string }
  | { readonly type: 'exit' | 'suspend' | 'background' | 'cancel' | 'clear' | 'bell' }

/** What happens to the prompt: keys, and what others have to say. */
export type PromptEvent =
  | KeyEvent
  | { readonly type: 'candidates'; readonly request: number; readonly list: CandidateList }
  | { readonly type: 'busy'; readonly busy: boolean }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'fix'; readonly text: string }
  | { readonly type: 'set-text'; readonly text: string; readonly cursor?: number }
  /** History or context changed: what is shown from them is made anew. */
  | { readonly type: 'refresh' }

export type Step = readonly [PromptState, readonly Effect[]]

export function initialPrompt(): PromptState {
  return { editor: emptyEditor(), ghost: '', quiet: false, busy: false, request: 0 }
}
