/**
 * Thrown by a command that ends the program it stands in (`exit`): `run` answers with its status. Nothing in the program
 * takes it, neither `||` nor `try` nor `each --keep-going`.
 */
export class ProgramEnd extends Error {
  /** 0 to 255. */
  readonly status: number

  constructor(status: number) {
    super(`the program ends with ${status}`)
    this.name = 'ProgramEnd'
    this.status = status
  }
}
