import type { Channel, ChannelEvent } from '@millrace/core'
import { type OpenBlock, type Position, HEARTBEAT, LIVE, formatCursor } from '@millrace/core/protocol'
import { type HubObserver, reportError } from '../hub/hub-observer.ts'
import { tellFailure } from '../hub/tell-failure.ts'
import type { LogEntry } from '../log/log-entry.ts'
import { plainBlock } from '../queue/block.ts'
import type { Session } from '../session/session.ts'
import { eventOf } from './event-of.ts'
import { frameOf } from './frame.ts'
import { type ChannelReader, type Membership, type Opening, NOT_A_MEMBER } from './join-channel.ts'
import { gapFrame, openFrame, positionFrame, snapshotFrame } from './protocol-frames.ts'
import type { PlacedSnapshot } from './snapshot.ts'

/** How a session is to be written. */
export interface SessionReaderOptions {
  /** The channel that is read. */
  readonly channel: Channel
  /** The longest silence, in milliseconds. */
  readonly heartbeatMs: number
  /** How long the client is to wait before it reconnects, in milliseconds. */
  readonly reconnectionTimeMs: number | undefined
  /** Whether newer events stand in for older ones. */
  readonly delivery: OpenBlock['delivery']
  /** Under delivery `latest`: the highest event that the client has seen, or seen stood in for, before. */
  readonly highest: Position | undefined
  /** Whether a client that is behind is left to read the log, instead of being ended. */
  readonly canPause: boolean
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
  /** As in the options, until a gap or a snapshot makes an end of what the client saw. */
  #highest: Position | undefined
  /** Events that the filter held back since the last id. */
  #heldBack = 0
  /** `paused`: behind by so much that the log is to be read from the position on; `catching-up`: it is being read. */
  #phase: 'replay' | 'live' | 'paused' | 'catching-up' = 'replay'
  #onPause: (() => void) | undefined
  #membership: Membership = NOT_A_MEMBER

  constructor(session: Session, options: SessionReaderOptions) {
    this.session = session
    this.#options = options
    this.#highest = options.highest
  }

  get hasEnded(): boolean {
    return this.session.hasEnded
  }

  hasRoomFor(entry: LogEntry): boolean {
    // What nobody waits for needs no frame either.
    return (
      this.session.isDrained || this.#isBehindHighest || this.session.hasRoomFor(frameOf(entry).bytes.length)
    )
  }

  /** Whether a client that is behind is left to read the log. */
  get canPause(): boolean {
    return this.#options.canPause
  }

  /** The position that everything was written up to; `undefined` before the stream opened. */
  get position(): Position | undefined {
    return this.#position
  }

  async ready(): Promise<void> {
    if (!this.#isCompacting) return this.session.ready()
    if (this.session.hasRoomFor(0) || this.#isBehindHighest) return
    // More keys than the queue holds: what there is goes out before its newer values are known.
    this.session.release()
    await this.session.ready()
    this.session.hold()
  }

  onOpen(opening: Opening): void {
    this.#position = opening.from
    this.#writeOpen(opening.resume, opening.resume === 'gap' ? undefined : opening.from)
    if (opening.resume === 'gap') this.#writeGap(opening, opening.missed, opening.from)
    if (this.#isCompacting) this.session.hold()
  }

  /** Opens a stream whose snapshot is still to be read: nothing that comes before it has an id. */
  onOpenBeforeSnapshot(opening: Opening): void {
    this.#writeOpen(opening.resume, undefined)
    if (opening.resume === 'gap') this.#writeGap(opening, null, undefined)
  }

  onSnapshot({ state, position, next }: PlacedSnapshot): void {
    const { opening } = next
    this.#position = opening.from
    this.#highest = undefined
    const bytes = snapshotFrame({ state }, formatCursor(position))
    this.session.write({ kind: 'snapshot', bytes, position })
    if (opening.resume === 'gap') this.#writeGap(opening, opening.missed, opening.from)
    if (this.#isCompacting) this.session.hold()
  }

  onEntry(entry: LogEntry): void {
    if (this.#phase === 'paused') return
    if (this.#phase !== 'replay' && this.canPause && this.#isBehind(entry)) return this.#pause()
    this.#position = entry
    if (this.#mayPass(entry)) {
      this.#heldBack = 0
      this.session.write(frameOf(entry))
    } else if (++this.#heldBack >= this.#options.maxHeldBack) this.#writePosition(entry)
  }

  onLive(position: Position): void {
    const wasReplay = this.#phase === 'replay'
    const wasCompacting = this.#isCompacting
    this.#phase = 'live'
    // Once per response: a client that was paused is live again, and was never told otherwise.
    if (!wasReplay) return
    this.#heldBack = 0
    this.session.write({ kind: 'position', type: LIVE, position })
    if (wasCompacting) this.session.release()
  }

  /** Resolves when the client is so far behind that the log is to be read instead, or the session ended. */
  whenPaused(): Promise<void> {
    if (this.#phase === 'paused' || this.hasEnded) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onPause = resolve
    })
  }

  /** Takes entries again, from the position on: as fast as the client, since they are read for it alone. */
  goOn(): void {
    this.#phase = 'catching-up'
  }

  /** Says what is to be left when the session ends; at once if it has. */
  leaveAtEnd(membership: Membership): void {
    if (this.hasEnded) membership.leave()
    else this.#membership = membership
  }

  /** Called once, when the session has ended. */
  onEnd(): void {
    this.#membership.leave()
    this.#onPause?.()
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
    if (this.#heldBack > 0 && this.#position && !this.#isCompacting) this.#writePosition(this.#position)
    else this.session.beat()
  }

  /** The last word before a clean close: the position, where a filter held events back and the client has taken all else. */
  farewell(): Uint8Array | undefined {
    // With blocks that are dropped at the end, the client is not complete up to here.
    if (this.#heldBack === 0 || !this.#position || !this.session.isDrained) return undefined
    if (this.#isBehindHighest) return undefined
    return positionFrame(HEARTBEAT, formatCursor(this.#position))
  }

  /** Whether a replay is still to be reduced to the newest event of each key, before its first block leaves. */
  get #isCompacting(): boolean {
    return this.#options.delivery === 'latest' && this.#phase === 'replay'
  }

  /** Whether the client saw newer values than those that are being read: an older one must not come after them. */
  get #isBehindHighest(): boolean {
    return this.#isCompacting && (this.#position?.seq ?? 0) < (this.#highest?.seq ?? 0)
  }

  #isBehind(entry: LogEntry): boolean {
    // What was written in this very tick was not offered yet.
    if (!this.hasRoomFor(entry)) this.session.flush()
    return !this.hasRoomFor(entry)
  }

  #pause(): void {
    this.#phase = 'paused'
    this.#onPause?.()
  }

  #writeOpen(resume: Opening['resume'], position: Position | undefined): void {
    const { delivery, heartbeatMs, reconnectionTimeMs } = this.#options
    const highest = this.#highest
    const isBehind = position && highest && resume === 'resumed' && highest.seq > position.seq
    const id = position && formatCursor(position, { highest: isBehind ? highest : undefined })
    // Its `retry` included: a client cut behind this block knows how long to wait.
    const fields = { id, retryMs: reconnectionTimeMs }
    this.session.write(plainBlock(openFrame({ resume, delivery, heartbeatMs }, fields)))
  }

  #writeGap(
    { reason }: Extract<Opening, { resume: 'gap' }>,
    missed: number | null,
    position: Position | undefined,
  ): void {
    if (reason !== 'trimmed') this.#highest = undefined
    if (position) this.session.write({ kind: 'gap', reason, missed, position })
    else this.session.write(plainBlock(gapFrame({ reason, missed })))
    this.#options.observer.onGap?.({ channel: this.#options.channel.channel, reason, missed })
  }

  #writePosition(position: Position): void {
    this.#heldBack = 0
    this.session.write({ kind: 'position', type: HEARTBEAT, position })
  }

  /** A filter lets pass what it says `true` for. What it cannot judge is held back: nobody is shown what they may not see. */
  #mayPass(entry: LogEntry): boolean {
    const { filter, channel, observer } = this.#options
    if (!filter) return true
    try {
      const lastEventId = formatCursor(entry, entry)
      const verdict: unknown = filter(
        eventOf(entry, { channel, lastEventId, replayed: this.#phase === 'replay' }),
      )
      if (typeof verdict === 'boolean') return verdict
      tellFailure(verdict, (error) => reportError(observer, error))
      throw new TypeError(`filter must return true or false, synchronously; got ${String(verdict)}`)
    } catch (error) {
      reportError(observer, error)
      return false
    }
  }
}
