import { retryFrame } from '../channel/protocol-frames.ts'
import type { HubObserver } from '../hub/hub-observer.ts'
import type { EndCause, Session } from './session.ts'
import { type Revoked, isSelected } from './session-selector.ts'

/** What the registry knows of a session besides itself. */
export interface SessionRecord {
  /** The session. */
  readonly session: Session
  /** The channel, or `undefined` for a one-shot stream. */
  readonly channel: string | undefined
  /** Who it belongs to, if `authorize` said so. */
  readonly principal: string | undefined
  /** What `revoke` can name it by. */
  readonly tags: readonly string[]
  /** When its authorisation ends, in milliseconds since the epoch; `Infinity` for never. */
  readonly expiresAtMs: number
  /** When its lifetime is over, in milliseconds of `performance.now()`; `Infinity` for never. */
  readonly lifetimeEndsMs: number
  /** Has its grant asked for again, where its route wants that; called on each tick, and may end the session. */
  readonly revalidation?: { readonly everyMs: number; readonly check: (tick: Tick) => void } | undefined
  /** Silence after which a sign of life is due, in milliseconds. */
  readonly heartbeatMs: number
  /** Writes a sign of life. */
  beat(): void
  /** What to say last before a clean close: a block that moves the position on, if one is due. */
  farewell(): Uint8Array | undefined
}

/** One turn of the timer. */
export interface Tick {
  /** When it is, in milliseconds of `performance.now()`. */
  readonly nowMs: number
  /** How long until the next, in milliseconds. */
  readonly periodMs: number
}

/** A request that is being judged: what is revoked meanwhile counts for it. */
export interface Admission {
  /** Whether the stream that comes of it was revoked before it began. */
  readonly isRevoked: (stream: Pick<SessionRecord, 'tags' | 'principal'>) => boolean
  /** Ends the judging, whatever came of it. */
  readonly end: () => void
}

/** How a client that is sent away for a while is told to return. */
const SHORT_RETRY_MS = 250

/**
 * All sessions of a hub, and the one timer that they share: heartbeats, lifetimes, expiry, write timeouts.
 */
export class SessionRegistry {
  readonly #writeTimeoutMs: number
  readonly #observer: HubObserver
  /** With the time of each one's last sign of life. */
  readonly #records = new Map<SessionRecord, number>()
  /** Sessions whose handler has not answered yet. */
  readonly #held = new Set<Session>()
  readonly #admissions = new Set<Revoked[]>()
  #timer: ReturnType<typeof setInterval> | undefined
  #periodMs = Infinity
  #wakeWhenEmpty: Array<() => void> = []

  constructor(options: { readonly writeTimeoutMs: number; readonly observer: HubObserver }) {
    this.#writeTimeoutMs = options.writeTimeoutMs
    this.#observer = options.observer
  }

  /** The sessions, in order of arrival. */
  get records(): Iterable<SessionRecord> {
    return this.#records.keys()
  }

  /** How many sessions there are. */
  get size(): number {
    return this.#records.size
  }

  /** Sessions that are not streams yet, and may still become some. */
  get held(): ReadonlySet<Session> {
    return this.#held
  }

  /** Notes that a request is being judged. */
  admit(): Admission {
    const revoked: Revoked[] = []
    this.#admissions.add(revoked)
    return {
      isRevoked: (stream) => revoked.some((selector) => isSelected(stream, selector)),
      end: () => this.#admissions.delete(revoked),
    }
  }

  /** Keeps a session whose handler has yet to answer, so that a drain knows of it. Returns a function that lets go of it. */
  hold(session: Session): () => void {
    const release = (): void => {
      this.#held.delete(session)
      this.#wakeIfEmpty()
    }
    this.#held.add(session)
    session.onEnd(release)
    return release
  }

  /** Adds a session until it ends. */
  add(record: SessionRecord): void {
    if (record.session.hasEnded) return
    const openedAtMs = performance.now()
    this.#records.set(record, openedAtMs)
    this.#observer.onStreamOpen?.({ channel: record.channel, principal: record.principal })
    record.session.onEnd((cause) => {
      this.#remove(record)
      const { channel, principal } = record
      this.#observer.onStreamEnd?.({ channel, principal, cause, durationMs: performance.now() - openedAtMs })
    })
    const shortestMs = Math.min(
      record.heartbeatMs,
      this.#writeTimeoutMs,
      record.revalidation?.everyMs ?? Infinity,
    )
    const lifetimeMs = record.lifetimeEndsMs - openedAtMs
    this.#tickAtLeastEvery(Math.min(shortestMs / 4, lifetimeMs / 20, 1000))
  }

  /** Ends all sessions that a revocation means, those that are being judged included. Returns how many. */
  end(revoked: Revoked, cause: EndCause): number {
    for (const meanwhile of this.#admissions) meanwhile.push(revoked)
    const named = [...this.#records.keys()].filter((record) => isSelected(record, revoked))
    for (const record of named) endCleanly(record, cause)
    return named.length
  }

  /** Resolves when no session is left. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeWhenEmpty.push(resolve)
      this.#wakeIfEmpty()
    })
  }

  /** Stops the timer; sessions are not touched. */
  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#periodMs = Infinity
  }

  #remove(record: SessionRecord): void {
    this.#records.delete(record)
    if (this.#records.size === 0) this.close()
    this.#wakeIfEmpty()
  }

  #wakeIfEmpty(): void {
    if (this.#records.size + this.#held.size > 0) return
    for (const wake of this.#wakeWhenEmpty.splice(0)) wake()
  }

  #tickAtLeastEvery(wantedMs: number): void {
    const periodMs = Math.max(wantedMs, 5)
    // Begun anew for each who comes, it would never get to its end.
    if (periodMs >= this.#periodMs) return
    clearInterval(this.#timer)
    this.#periodMs = periodMs
    this.#timer = setInterval(() => this.#tick(), this.#periodMs)
    // Sockets keep a process alive, and a heartbeat alone should not.
    ;(this.#timer as { unref?: () => void }).unref?.()
  }

  #tick(): void {
    const tick = { nowMs: performance.now(), periodMs: this.#periodMs }
    for (const [record, beatenMs] of this.#records) this.#check(record, beatenMs, tick)
  }

  // Time that passes is measured on the clock that nobody sets; only what was given as a date is compared with the date.
  #check(record: SessionRecord, beatenMs: number, tick: Tick): void {
    const { session } = record
    const { nowMs, periodMs } = tick
    if (Date.now() >= record.expiresAtMs) return endCleanly(record, 'expired')
    if (nowMs >= record.lifetimeEndsMs) return endCleanly(record, 'lifetime', SHORT_RETRY_MS)
    record.revalidation?.check(tick)
    if (session.hasEnded) return
    if (session.isBehind) {
      if (nowMs - session.lastTakenMs >= this.#writeTimeoutMs) session.end('stalled')
      return
    }
    const quietSinceMs = Math.max(session.lastTakenMs, beatenMs)
    // A tick early rather than a tick late: `heartbeatMs` is what the client was promised.
    if (nowMs - quietSinceMs + periodMs > record.heartbeatMs) {
      this.#records.set(record, nowMs)
      record.beat()
    }
  }
}

/** Ends a session between two blocks: with its position if it moved, and with a time to return if one is given. */
export function endCleanly(
  record: Pick<SessionRecord, 'session' | 'farewell'>,
  cause: EndCause,
  retryMs?: number,
): void {
  const last = record.farewell()
  const retry = retryMs === undefined ? undefined : retryFrame(retryMs)
  record.session.end(cause, last && retry ? concatenated(last, retry) : (last ?? retry))
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
