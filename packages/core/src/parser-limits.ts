import { EventStreamError } from './event-stream-error.ts'

/**
 * How much of a stream a parser is willing to hold, in UTF-16 code units (`string.length`).
 *
 * Text never has more code units than it had bytes, so a limit of n also admits whatever was n bytes on the wire.
 * Each limit is a positive number; `Infinity` lifts it.
 */
export interface ParserLimits {
  /** The longest line of any kind, its name included and its end not. Default 8,388,608 (8 Mi). */
  readonly maxLineLength?: number | undefined
  /** The longest data of one event, all its lines together. Default 8,388,608 (8 Mi). */
  readonly maxEventLength?: number | undefined
  /** The longest `id`. Default 8,192: what commonly fits into a request's header. */
  readonly maxIdLength?: number | undefined
  /** The longest `event`. Default 8,192. */
  readonly maxTypeLength?: number | undefined
}

// A Millrace server sends events of at most 1 MiB by default; eight times that leaves room for others'.
const defaults = {
  maxLineLength: 8_388_608,
  maxEventLength: 8_388_608,
  maxIdLength: 8192,
  maxTypeLength: 8192,
}

/** Throws an {@link EventStreamError} `limit-exceeded`, which names the limit, its value and the length, if that is passed. */
export type LimitCheck = (length: number) => void

/**
 * Creates a function that checks lengths against one limit.
 *
 * @throws {RangeError} If the limit is not a positive number.
 */
export function createLimitCheck(name: keyof ParserLimits, limits: ParserLimits | undefined): LimitCheck {
  const limit = limits?.[name] ?? defaults[name]
  if (!(limit > 0)) throw new RangeError(`limits.${name} must be a positive number, received ${limit}`)
  return (length) => {
    if (length > limit) {
      throw new EventStreamError(
        'limit-exceeded',
        `${name} is ${limit}, received ${length} code units or more`,
      )
    }
  }
}
