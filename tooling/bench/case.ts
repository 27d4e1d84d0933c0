/** One row of the report: a measured value beside its target. */
export interface Row {
  readonly case: string
  readonly what: string
  /** The measured value, in `unit`. */
  readonly value: number
  readonly unit: string
  readonly target: string
  readonly verdict: 'holds' | 'missed' | 'noisy' | 'info'
  readonly note?: string
}

export interface Environment {
  /** The built program. */
  readonly bin: string
  /** A folder for this run; removed afterwards. */
  readonly work: string
  /** State of its own for the program: XDG folders below `work`. */
  readonly env: NodeJS.ProcessEnv
  readonly rounds: number
}

export interface Case {
  readonly id: string
  readonly title: string
  run(environment: Environment): Promise<readonly Row[]>
}
