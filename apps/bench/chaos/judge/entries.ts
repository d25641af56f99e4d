import { type Life, livesBetween } from './lives.ts'
import { type Position, keyOf, positionOf } from './position.ts'
import type { EventHappening, PublishRecord } from './records.ts'

/** An entry of a channel, as acknowledgements and clients tell of it. */
export interface Entry extends Position {
  /** Its event; `undefined` where only its position was told. */
  readonly n: number | undefined
  readonly isAcknowledged: boolean
  /** It was made at no moment before, */
  readonly madeAfterMs: number
  /** and at none after, since somebody knew it. */
  knownAtMs: number
}

/** A position that a block named without bringing an event. */
export interface NamedPosition {
  readonly id: string
  readonly atMs: number
}

/** What is known of a channel from outside. */
export interface ChannelEvidence {
  readonly publishes: readonly PublishRecord[]
  readonly events: readonly EventHappening[]
  readonly positions: readonly NamedPosition[]
}

/** All entries that somebody knows, by key. Acknowledgements come first: what contradicts them is for the judge of clients to find. */
export function entriesOf({ publishes, events, positions }: ChannelEvidence): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>()
  const firstAttempts = new Map(publishes.map(({ n, firstAtMs }) => [n, firstAtMs]))
  const add = (entry: Entry): void => {
    const known = entries.get(keyOf(entry))
    if (known) known.knownAtMs = Math.min(known.knownAtMs, entry.knownAtMs)
    else entries.set(keyOf(entry), entry)
  }
  for (const { n, firstAtMs, acknowledged } of publishes) {
    const position = acknowledged && positionOf(acknowledged.cursor)
    if (!position) continue
    const madeAfterMs = acknowledged.repeated ? firstAtMs : acknowledged.startedAtMs
    add({ ...position, n, isAcknowledged: true, madeAfterMs, knownAtMs: acknowledged.atMs })
  }
  for (const { id, n, seenAtMs } of events) {
    const position = positionOf(id)
    const madeAfterMs = firstAttempts.get(n) ?? -Infinity
    if (position) add({ ...position, n, isAcknowledged: false, madeAfterMs, knownAtMs: seenAtMs })
  }
  for (const { id, atMs } of positions) {
    const position = positionOf(id)
    if (!position || position.seq === 0) continue
    add({ ...position, n: undefined, isAcknowledged: false, madeAfterMs: -Infinity, knownAtMs: atMs })
  }
  return entries
}

/**
 * Finds the life that each entry was made in: by the times between which it was made, and where a loss lies between those, by
 * the order of numbers, which within one life is the order of time.
 */
export function lifeOfEntries(
  entries: ReadonlyMap<string, Entry>,
  lives: readonly Life[],
): ReadonlyMap<Entry, Life> {
  const found = new Map<Entry, Life>()
  const certain = new Map<string, Map<Life, Entry[]>>()
  const doubtful: Doubt[] = []
  const place = (entry: Entry, life: Life): void => {
    found.set(entry, life)
    const ofEpoch = certain.get(entry.epoch) ?? new Map<Life, Entry[]>()
    certain.set(entry.epoch, ofEpoch)
    const ofLife = ofEpoch.get(life) ?? []
    ofEpoch.set(life, ofLife)
    ofLife.push(entry)
  }
  for (const entry of entries.values()) {
    const candidates = livesBetween(lives, { fromMs: entry.madeAfterMs, toMs: entry.knownAtMs })
    const [life] = candidates
    if (life && candidates.length === 1) place(entry, life)
    else doubtful.push({ entry, candidates })
  }
  // What is placed leaves less room for the rest.
  for (let left = doubtful, isForced = false; left.length > 0;) {
    const still: Doubt[] = []
    for (const doubt of left) {
      const [life, other] = possibleLives(doubt, certain)
      if (life && (!other || isForced)) place(doubt.entry, life)
      else still.push(doubt)
    }
    isForced = still.length === left.length
    left = isForced ? still.filter(({ candidates }) => candidates.length > 0) : still
  }
  return found
}

interface Doubt {
  readonly entry: Entry
  readonly candidates: readonly Life[]
}

function possibleLives(
  { entry, candidates }: Doubt,
  certain: ReadonlyMap<string, ReadonlyMap<Life, readonly Entry[]>>,
): readonly Life[] {
  const ofEpoch = certain.get(entry.epoch) ?? new Map<Life, readonly Entry[]>()
  const able = candidates.filter((life) => canHold(life, ofEpoch))
  const possible = able.length > 0 ? able : candidates
  const fitting = possible.filter((each) => fits(entry, each, ofEpoch))
  return fitting.length > 0 ? fitting : possible
}

/** Whether a life may have entries of an epoch: where some are for certain, or were when it was saved. */
function canHold(life: Life, ofEpoch: ReadonlyMap<Life, readonly Entry[]>): boolean {
  return ofEpoch.has(life) || (life.restored !== undefined && canHold(life.restored.from, ofEpoch))
}

function fits(entry: Entry, life: Life, ofEpoch: ReadonlyMap<Life, readonly Entry[]>): boolean {
  const { restored } = life
  if (restored) {
    const saved = ofEpoch.get(restored.from) ?? []
    if (saved.some(({ knownAtMs, seq }) => knownAtMs < restored.savedFromMs && seq >= entry.seq)) return false
  }
  const others = ofEpoch.get(life) ?? []
  return others.every((other) => {
    if (other.knownAtMs < entry.madeAfterMs) return other.seq < entry.seq
    if (entry.knownAtMs < other.madeAfterMs) return entry.seq < other.seq
    return other.seq !== entry.seq
  })
}
