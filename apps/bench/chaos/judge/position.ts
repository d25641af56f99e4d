/** A place in a log, as docs/protocol.md §1 has it. */
export interface Position {
  readonly epoch: string
  readonly seq: number
  readonly tag: string
}

const CURSOR =
  /^([\w-]{1,24})\.(0|[1-9]\d{0,14})\.([\w-]{1,16})(?:~([1-9]\d{0,14})\.([\w-]{1,16}))?(?:\.[\w-]{1,64})?$/

/** Reads a cursor; `undefined` if it is none. Not the reader of Millrace: what judges it should not be made of it. */
export function positionOf(cursor: string): Position | undefined {
  const [, epoch, seq, tag] = CURSOR.exec(cursor) ?? []
  return epoch && tag ? { epoch, seq: Number(seq), tag } : undefined
}

/** Reads the second position of a cursor, the highest that its owner has something of; the first where there is but one. */
export function highestOf(cursor: string): Position | undefined {
  const [, epoch, , , seq, tag] = CURSOR.exec(cursor) ?? []
  return epoch && tag ? { epoch, seq: Number(seq), tag } : positionOf(cursor)
}

/** A name for a position, without the application's id that may ride behind it. */
export function keyOf({ epoch, seq, tag }: Position): string {
  return `${epoch}.${seq}.${tag}`
}
