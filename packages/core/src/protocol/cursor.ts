/** A place in a log: behind the entry with this number. @see docs/protocol.md §1 */
export interface Position {
  /** The random name of this life of the log. */
  readonly epoch: string
  /** The number of the entry; 0 before the first. */
  readonly seq: number
  /** The random tag of the entry. */
  readonly tag: string
}

/** A position, and the id that the publisher gave to the entry there. */
export interface Cursor extends Position {
  /** The application's id, if the entry had one. */
  readonly id?: string
}

/** The longest cursor, in bytes (a cursor is ASCII). */
export const MAX_CURSOR_BYTES = 128

const CURSOR =
  /^([\w-]{1,24})\.(0|[1-9]\d{0,14})\.([\w-]{1,16})(?:~[1-9]\d{0,14}\.[\w-]{1,16})?(?:\.([\w-]{1,64}))?$/
const HIGHEST = /~(\d+)\.([\w-]+)/
const APPLICATION_ID = /^[A-Za-z0-9_-]{1,64}$/

/**
 * Writes a position as an SSE id: `<epoch>.<seq>.<tag>[~<seq>.<tag>][.<id>]`, without the id where that would make it too long:
 * a position can do without, and a resume not without its position.
 */
export function formatCursor(
  { epoch, seq, tag }: Position,
  { highest, id }: { readonly highest?: Position | undefined; readonly id?: string | undefined } = {},
): string {
  const cursor = `${epoch}.${seq}.${tag}${highest ? `~${highest.seq}.${highest.tag}` : ''}`
  return id && cursor.length + id.length < MAX_CURSOR_BYTES ? `${cursor}.${id}` : cursor
}

/** Reads an SSE id as a cursor. Anything else (too long, malformed, foreign) is `undefined`, at constant cost. */
export function parseCursor(text: string): Cursor | undefined {
  const [, epoch, digits, tag = '', id] = (text.length <= MAX_CURSOR_BYTES && CURSOR.exec(text)) || []
  return epoch ? { epoch, seq: Number(digits), tag, ...(id && { id }) } : undefined
}

/**
 * Reads the second position of a cursor, which delivery `latest` has: the highest entry that was sent or stands in for another,
 * where that lies behind the position to go on from.
 *
 * @param text - What {@link parseCursor} reads as a cursor.
 */
export function parseHighest(text: string): Position | undefined {
  const { epoch = '' } = parseCursor(text) ?? {}
  const [, digits, tag = ''] = (epoch && HIGHEST.exec(text)) || []
  return digits ? { epoch, seq: Number(digits), tag } : undefined
}

/** Tells whether two positions are the same place of the same log. */
export function isSamePosition(a: Position, b: Position): boolean {
  return a.seq === b.seq && a.tag === b.tag && a.epoch === b.epoch
}

/** Tells whether a text may be an application's id of an event: 1 to 64 of `A-Za-z0-9_-`. */
export function isApplicationId(text: string): boolean {
  return APPLICATION_ID.test(text)
}
