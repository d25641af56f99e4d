/**
 * How much of a stream a parser is willing to hold, in UTF-16 code units (`string.length`).
 *
 * Text never has more code units than it had bytes, so a limit of n also admits whatever was n bytes on the wire.
 * Each limit is a number from 1; `Infinity` lifts it.
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

/** Every limit, with a value. */
export type ResolvedParserLimits = Required<{ [Name in keyof ParserLimits]: number }>

// A Millrace server sends events of at most 1 MiB by default; eight times that leaves room for others'.
const defaults: ResolvedParserLimits = {
  maxLineLength: 8_388_608,
  maxEventLength: 8_388_608,
  maxIdLength: 8192,
  maxTypeLength: 8192,
}

/**
 * Fills in the limits that were not given.
 *
 * @throws {RangeError} If a limit is below 1.
 */
export function resolveLimits(limits: ParserLimits = {}): ResolvedParserLimits {
  const resolved: { -readonly [Name in keyof ParserLimits]: ParserLimits[Name] } = { ...limits }
  for (const [name, fallback] of Object.entries(defaults) as [keyof ParserLimits, number][]) {
    requireNumber(`limits.${name}`, (resolved[name] ??= fallback), 1)
  }
  // Each name of the defaults has a value now.
  return resolved as ResolvedParserLimits
}

/**
 * Checks an option.
 *
 * @throws {RangeError} If the value is below `least`, or no number.
 */
export function requireNumber(name: string, value: number, least: number): void {
  if (!(value >= least)) throw new RangeError(`${name} must be at least ${least}, received ${value}`)
}
