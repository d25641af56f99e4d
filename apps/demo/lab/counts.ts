/** What is counted on a stream. They only grow, so that two looks tell what came in between. */
export interface Counts {
  /** Events that came. */
  readonly received: number
  /** Of those, how many the server replayed from its log. */
  readonly replayed: number
  /** Numbers that were skipped. */
  readonly missing: number
  /** Of those, how many a gap had told of. */
  readonly told: number
  /** Events whose number was not above the one before. */
  readonly repeated: number
  /** Gaps that the server told of. */
  readonly gaps: number
  /** Events that will not come, by the words of those gaps. */
  readonly announced: number
  /** Times that the connection opened, that it was lost, and that the client gave up. */
  readonly openings: number
  readonly losses: number
  readonly stops: number
}

/** Counts of nothing. */
export const zero: Counts = {
  received: 0,
  replayed: 0,
  missing: 0,
  told: 0,
  repeated: 0,
  gaps: 0,
  announced: 0,
  openings: 0,
  losses: 0,
  stops: 0,
}

/** Adds to counts. */
export function plus(counts: Counts, more: Partial<Counts>): Counts {
  return combine(counts, (name) => counts[name] + (more[name] ?? 0))
}

/** What counts came to since an earlier look at them. */
export function since(earlier: Counts, counts: Counts): Counts {
  return combine(counts, (name) => counts[name] - earlier[name])
}

function combine(counts: Counts, count: (name: keyof Counts) => number): Counts {
  // The keys of a value of an exact type.
  const names = Object.keys(counts) as (keyof Counts)[]
  return names.reduce((made, name) => ({ ...made, [name]: count(name) }), counts)
}
