/** One row of the report: a measured value beside its target. */
export interface Row {
  readonly case: string
  readonly what: string
  /** The measured value, in `unit`. */
  readonly value: number
  readonly unit: string
  readonly target: string
  /** `floor`: missed, as it is by the floor beside it, which does no more than has to be done. */
  readonly verdict: 'holds' | 'missed' | 'noisy' | 'floor' | 'info'
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
  /** Cases that take minutes (10 GiB) are run too. */
  readonly isLarge: boolean
}

export interface Case {
  readonly id: string
  readonly title: string
  run(environment: Environment): Promise<readonly Row[]>
}

/** A row that holds when the value is not above the limit. */
export function atMost(
  id: string,
  what: string,
  value: number,
  limit: number,
  unit: string,
  note?: string,
): Row {
  const verdict = value <= limit ? 'holds' : 'missed'
  return { case: id, what, value, unit, target: `≤ ${limit}`, verdict, ...(note !== undefined && { note }) }
}
