import type { Channel, ChannelEvent } from '@millrace/core'
import { type Position, formatCursor } from '@millrace/core/protocol'
import { type HubObserver, reportError } from '../hub/hub-observer.ts'
import type { LogEntry } from '../log/log-entry.ts'
import type { Session } from '../session/session.ts'
import { eventOf } from './event-of.ts'
import { frameOf } from './frame.ts'
import type { ChannelReader, Opening } from './join-channel.ts'
import {
  HEARTBEAT_COMMENT,
  gapFrame,
  heartbeatFrame,
  liveFrame,
  openFrame,
  snapshotFrame,
} from './protocol-frames.ts'
import type { PlacedSnapshot } from './snapshot.ts'

/** How a session is to be written. */
export interface SessionReaderOptions {
  /** The channel that is read. */
  readonly channel: Channel
  /** The longest silence, in milliseconds. */
  readonly heartbeatMs: number
  /** How long the client is to wait before it reconnects, in milliseconds. */
  readonly reconnectionTimeMs: number | undefined
  /** Which events the client may see. */
  readonly filter: ((event: ChannelEvent<Record<string, unknown>>) => boolean) | undefined
  /** After how many events that were held back in a row the position is sent all the same. */
  readonly maxHeldBack: number
  /** Who is told. */
  readonly observer: HubObserver
}

/** Writes what a join reads as blocks, with ids that are true when the block leaves. */
export class SessionReader implements ChannelReader {
  /** The response that is written. */
  readonly session: Session
  readonly #options: SessionReaderOptions
  #position: Position | undefined
  /** Events that the filter held back since the last id. */
  #heldBack = 0
  #isReplaying = true

  constructor(session: Session, options: SessionReaderOptions) {
    this.session = session
    this.#options = options
  }

  get hasEnded(): boolean {
    return this.session.hasEnded
  }

  get isFull(): boolean {
    return this.session.isFull
  }

  ready(): Promise<void> {
    return this.session.ready()
  }

  onOpen(opening: Opening): void {
    this.#writeOpen(opening.resume, opening.resume === 'gap' ? undefined : opening.from)
    if (opening.resume === 'gap') this.#writeGap(opening, opening.missed, opening.from)
    this.#position = opening.from
  }

  /** Opens a stream whose snapshot is still to be read: nothing that comes before it has an id. */
  onOpenBeforeSnapshot(opening: Opening): void {
    this.#writeOpen(opening.resume, undefined)
    if (opening.resume === 'gap') this.#writeGap(opening, null, undefined)
  }

  onSnapshot({ state, position, next }: PlacedSnapshot): void {
    this.session.write(snapshotFrame({ state }, position))
    const { opening } = next
    if (opening.resume === 'gap') this.#writeGap(opening, opening.missed, opening.from)
    this.#position = opening.from
  }

  onEntry(entry: LogEntry): void {
    this.#position = entry
    if (this.#mayPass(entry)) {
      this.#heldBack = 0
      this.session.write(frameOf(entry).bytes)
    } else if (++this.#heldBack >= this.#options.maxHeldBack) this.#writePosition(entry)
  }

  onLive(position: Position): void {
    this.#isReplaying = false
    this.#heldBack = 0
    this.session.write(liveFrame(position))
  }

  onBreak(): void {
    this.session.end('broken')
  }

  onFail(error: unknown): void {
    reportError(this.#options.observer, error)
    this.session.end('failed')
  }

  /** Gives a sign of life; one with an id where a filter held events back since the last. */
  beat(): void {
    if (this.#heldBack > 0 && this.#position) this.#writePosition(this.#position)
    else this.session.write(HEARTBEAT_COMMENT)
  }

  /** The last word before a clean close: the position, where a filter held events back and the client has taken all else. */
  farewell(): Uint8Array | undefined {
    // With blocks that are dropped at the end, the client is not complete up to here.
    if (this.#heldBack === 0 || !this.#position || !this.session.isDrained) return undefined
    return heartbeatFrame(this.#position)
  }

  #writeOpen(resume: Opening['resume'], position: Position | undefined): void {
    const { heartbeatMs, reconnectionTimeMs } = this.#options
    // Its `retry` included: a client cut behind this block knows how long to wait.
    this.session.write(openFrame({ resume, delivery: 'all', heartbeatMs }, position, reconnectionTimeMs))
  }

  #writeGap(
    { reason }: Extract<Opening, { resume: 'gap' }>,
    missed: number | null,
    position: Position | undefined,
  ): void {
    this.session.write(gapFrame({ reason, missed }, position))
    this.#options.observer.onGap?.({ channel: this.#options.channel.channel, reason, missed })
  }

  #writePosition(position: Position): void {
    this.#heldBack = 0
    this.session.write(heartbeatFrame(position))
  }

  /** A filter lets pass what it says `true` for. What it cannot judge is held back: nobody is shown what they may not see. */
  #mayPass(entry: LogEntry): boolean {
    const { filter, channel, observer } = this.#options
    if (!filter) return true
    try {
      const lastEventId = formatCursor(entry, entry)
      const verdict: unknown = filter(eventOf(entry, { channel, lastEventId, replayed: this.#isReplaying }))
      if (typeof verdict === 'boolean') return verdict
      throw new TypeError(`filter must return true or false, synchronously; got ${String(verdict)}`)
    } catch (error) {
      reportError(observer, error)
      return false
    }
  }
}
