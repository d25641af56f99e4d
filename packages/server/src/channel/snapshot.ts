import { type Channel, EventStreamError } from '@millrace/core'
import { type Position, formatCursor, parseCursor } from '@millrace/core/protocol'
import { MAX_TIMER_MS } from '../admission/within-time.ts'
import type { LogPage } from '../log/backplane.ts'
import { type JoinOptions, type OpenedChannel, openChannel } from './join-channel.ts'

/** For whom a snapshot is made. One read serves all clients of a route who ask together with the same channel, parameters and principal. */
export interface SnapshotContext<Params = unknown> {
  /** The channel. */
  readonly channel: Channel<object, object>
  /** The route's parameters. */
  readonly params: Params
  /** Who the stream belongs to, if `authorize` said so. */
  readonly principal: string | undefined
  /** Aborted when the read has taken longer than the route's `snapshotTimeoutMs`. */
  readonly signal: AbortSignal
}

/** The state of a channel, and the position that it contains. */
export interface Snapshot<State = unknown> {
  /** The state; goes to the client as JSON. */
  readonly state: State
  /**
   * The `lastEventId` of the last event that the state contains, read together with it: then the snapshot is exact. Left out,
   * the position before the read is taken, events behind it may already be in the state, and reducers must be idempotent.
   */
  readonly lastEventId?: string | undefined
}

/** Reads the state of a channel. */
export type SnapshotReader<State = unknown, Params = unknown> = (
  context: SnapshotContext<Params>,
) => Snapshot<State> | Promise<Snapshot<State>>

/** A snapshot in its place, and how the stream goes on behind it. */
export interface PlacedSnapshot {
  /** The state. */
  readonly state: unknown
  /** The position that the state contains. */
  readonly position: Position
  /** What a resume from there comes to: a gap only where an exact snapshot is older than what is kept. */
  readonly next: OpenedChannel
}

/** A read that may be shared. */
export interface SharedRead {
  /** What two clients must have in common to share it. */
  readonly key: string
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number
  /** Reads the state. */
  readonly read: (signal: AbortSignal) => Snapshot | Promise<Snapshot>
}

/** How often an at-least-once snapshot is read again because the log moved past its position meanwhile. */
const MAX_READS = 3

/** Reads of one hub that are under way, so that clients who come together share one. */
export class SnapshotReads {
  readonly #underWay = new Map<string, { readonly from: Position; readonly result: Promise<Snapshot> }>()

  /**
   * Reads a snapshot and places it in the log.
   *
   * @param options - The join of the client, and the `page` that was read after its request arrived: no read that began
   *   before that is shared with it, so a snapshot is never older than what the client has seen.
   * @throws {EventStreamError} `unavailable` if the read takes too long, or the log moves faster than snapshots can be read.
   * @throws {TypeError} If the read names a position that is no cursor.
   */
  async place(
    shared: SharedRead,
    { page, ...options }: JoinOptions & { readonly page: LogPage },
  ): Promise<PlacedSnapshot> {
    let { head } = page
    for (let reads = 0; reads < MAX_READS; reads++) {
      const { from, result } = this.#share(shared, head)
      const snapshot = await result
      const position = positionOf(snapshot, from)
      const next = await openChannel({ ...options, lastEventId: formatCursor(position) })
      const isUsable = next.opening.resume === 'resumed' || snapshot.lastEventId !== undefined
      if (isUsable) return { state: snapshot.state, position, next }
      ;({ head } = next.page)
    }
    throw new EventStreamError(
      'unavailable',
      `snapshot of ${options.channel}: ${MAX_READS} reads in a row were older than the history kept; keep more, or read faster`,
    )
  }

  #share(
    shared: SharedRead,
    head: Position,
  ): { readonly from: Position; readonly result: Promise<Snapshot> } {
    const { key } = shared
    const underWay = this.#underWay.get(key)
    if (underWay && underWay.from.epoch === head.epoch && underWay.from.seq >= head.seq) return underWay
    const own = { from: head, result: withinTime(shared) }
    this.#underWay.set(key, own)
    const forget = (): void => {
      if (this.#underWay.get(key) === own) this.#underWay.delete(key)
    }
    own.result.then(forget, forget)
    return own
  }
}

async function withinTime({ read, timeoutMs }: SharedRead): Promise<Snapshot> {
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        const error = new EventStreamError(
          'unavailable',
          `snapshot: the read took longer than snapshotTimeoutMs, ${timeoutMs}`,
        )
        abort.abort(error)
        reject(error)
      },
      Math.min(timeoutMs, MAX_TIMER_MS),
    )
  })
  try {
    return await Promise.race([Promise.resolve().then(() => read(abort.signal)), timeout])
  } finally {
    clearTimeout(timer)
  }
}

function positionOf({ lastEventId }: Snapshot, from: Position): Position {
  if (lastEventId === undefined) return from
  const cursor = parseCursor(lastEventId)
  if (cursor) return { epoch: cursor.epoch, seq: cursor.seq, tag: cursor.tag }
  throw new TypeError(
    `snapshot: lastEventId must be one that publish or an event gave; got ${JSON.stringify(lastEventId)}`,
  )
}
