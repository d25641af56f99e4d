import { type LogEntry, recordBytes } from '../log/log-entry.ts'
import type { Flushable } from '../session/flush-scheduler.ts'
import type { FeedMember } from './feed-member.ts'

/** Members that are handed to in one go: what they then have to flush is flushed while it is still in the processor's cache. */
const BATCH = 32

/** Once around all members: whoever was there when it began has every entry up to a number when it is over. */
interface Round {
  readonly seats: Iterator<Seat>
  readonly upTo: number
}

/** A member's place in the broadcast. Written to at each turn, which is why it is no value of the map: that would be looked up again. */
interface Seat {
  /** `undefined` once the member has left. */
  member: FeedMember | undefined
  /** The number of the last entry that was handed to it. */
  lastSeq: number
}

/**
 * Hands each entry of a channel to each of its members, once and in order: after the tick in which it came, some members at a
 * time, with whatever else waits in between. To ten thousand members at once it would hold up the process for 40 to 110 ms.
 *
 * A member gets all that it lacks when it is its turn, so that the entries of a tick are one chunk on its wire.
 */
export class Broadcast implements Flushable {
  readonly #askForTurn: (broadcast: Flushable) => void
  readonly #maxBytes: number
  readonly #seats = new Map<FeedMember, Seat>()
  /** The entries that some member may lack, without a hole; and what they take. */
  #row: LogEntry[] = []
  #bytes = 0
  #round: Round | undefined
  #isScheduled = false
  #isHanding = false

  /**
   * @param options - `schedule`: has the broadcast flushed, later or at once. `maxBytes`: how much may wait, by `recordBytes`,
   *   however many members lack it; beyond, all members are handed to at once.
   */
  constructor(options: { readonly schedule: (broadcast: Flushable) => void; readonly maxBytes: number }) {
    this.#askForTurn = options.schedule
    this.#maxBytes = options.maxBytes
  }

  /** Adds a member that has all entries up to number `seq`, which is the newest. */
  add(member: FeedMember, seq: number): void {
    this.#seats.set(member, { member, lastSeq: seq })
  }

  /** Hands nothing more to a member. */
  remove(member: FeedMember): void {
    const seat = this.#seats.get(member)
    if (!seat) return
    seat.member = undefined
    this.#seats.delete(member)
  }

  /** Adds the entry behind the last. */
  push(entry: LogEntry): void {
    if (this.#seats.size === 0) return void this.clear()
    this.#row.push(entry)
    this.#bytes += recordBytes(entry)
    this.#round ??= this.#newRound()
    this.#schedule()
    // One entry is never too much, however long: it is the newest.
    if (this.#bytes > this.#maxBytes && this.#row.length > 1) this.handOnAll()
  }

  /** Hands on a part of what waits, and asks for another turn where something is left. */
  flush(): void {
    this.#isScheduled = false
    // Whoever is handing on goes on to what its member has published meanwhile.
    if (this.#isHanding) return
    this.#handOn(BATCH)
    if (this.#round) this.#schedule()
  }

  /** Hands on at once what waits. What is being handed on at this very moment is left to whoever does. */
  handOnAll(): void {
    while (this.#round && !this.#isHanding) this.#handOn(Infinity)
  }

  /** Drops what waits, and leaves without members. Returns who they were. */
  clear(): readonly FeedMember[] {
    const members = [...this.#seats.keys()]
    for (const member of members) this.remove(member)
    this.#row = []
    this.#bytes = 0
    this.#round = undefined
    return members
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#askForTurn(this)
  }

  #newRound(): Round | undefined {
    const newest = this.#row.at(-1)
    return newest && { seats: this.#seats.values(), upTo: newest.seq }
  }

  #handOn(maxMembers: number): void {
    const round = this.#round
    if (!round) return
    this.#isHanding = true
    try {
      // A member that ends everything meanwhile ends the round as well.
      for (let count = 0; count < maxMembers && this.#round === round; count++) {
        const { value: seat, done } = round.seats.next()
        if (done) this.#endRound(round)
        else this.#handTo(seat)
      }
    } finally {
      this.#isHanding = false
    }
  }

  #handTo(seat: Seat): void {
    const row = this.#row
    const [first] = row
    const { member } = seat
    if (!first || !member) return
    // What comes while these are handed over waits for the next round: nobody keeps the others waiting by publishing for each.
    const end = row.length
    const next = seat.lastSeq + 1 - first.seq
    seat.lastSeq = first.seq + end - 1
    try {
      for (let index = next; index < end && seat.member; index++) member.onEntry(row[index] as LogEntry)
    } catch (error) {
      this.remove(member)
      member.onFail(error)
    }
  }

  #endRound({ upTo }: Round): void {
    const first = this.#row[0]?.seq ?? upTo + 1
    this.#row = this.#row.slice(upTo + 1 - first)
    this.#bytes = this.#row.reduce((sum, entry) => sum + recordBytes(entry), 0)
    this.#round = this.#newRound()
  }
}
