import { EventStreamError } from '@millrace/core'
import { type HubObserver, reportError } from '../hub/hub-observer.ts'
import { type Admission, checkAdmission, isResponse } from '../response/authorize.ts'
import type { SessionRegistry, Tick } from '../session/session-registry.ts'
import type { Session } from '../session/session.ts'
import { withinTime } from './within-time.ts'

/** A stream whose grant is asked for again. */
export interface RevalidatedStream {
  /** The stream. */
  readonly session: Session
  /** Judges the request that it was admitted with once more. */
  readonly ask: () => Admission | Response | Promise<Admission | Response>
  /** Ends it. */
  readonly end: (cause: 'revoked' | 'expired') => void
}

/** How often a grant is asked for, and how long an answer may take. */
export interface RevalidationTimes {
  /** How long a grant holds, in milliseconds; one that cannot be confirmed ends after twice as long. */
  readonly revalidateMs: number
  /** How long an answer may take, in milliseconds. */
  readonly authorizeTimeoutMs: number
}

/** What was granted, and when it was asked for: what is true of a grant, it is true of that moment, and not of the answer's. */
export interface Grant {
  /** What was granted. */
  readonly admission: Admission
  /** When it was asked for, in milliseconds of `performance.now()`. */
  readonly askedMs: number
}

/** What the grants of a hub have in common. */
export interface GrantContext {
  /** Knows what is revoked while a grant is asked for. */
  readonly sessions: SessionRegistry
  /** Who is told of errors. */
  readonly observer: HubObserver
}

/** One grant that any number of streams live on: the newest, whichever of them it was asked for. */
export class SharedGrant {
  readonly #context: GrantContext
  readonly #times: RevalidationTimes
  readonly #streams = new Set<RevalidatedStream>()
  #grant: Grant
  #state: 'rests' | 'waits its turn' | 'is asked for' = 'rests'

  constructor(grant: Grant, options: GrantContext & RevalidationTimes) {
    this.#grant = grant
    this.#context = options
    this.#times = options
  }

  /** What is granted now. */
  get admission(): Admission {
    return this.#grant.admission
  }

  /** Whether no stream lives on it. */
  get isUnused(): boolean {
    return this.#streams.size === 0
  }

  /** Adds a stream, with the grant that it was admitted by. */
  add(stream: RevalidatedStream, grant: Grant): void {
    this.#streams.add(stream)
    this.#renew(grant)
  }

  /** Lets go of a stream. */
  remove(stream: RevalidatedStream): void {
    this.#streams.delete(stream)
  }

  /** Ends the streams when their grant was not confirmed for too long. Tells whether it is to be asked for, and then takes it for asked. */
  isDue({ nowMs, periodMs }: Tick): boolean {
    const { revalidateMs } = this.#times
    const ageMs = nowMs - this.#grant.askedMs
    if (ageMs >= 2 * revalidateMs) {
      this.#endAll('expired')
      return false
    }
    // Two ticks early: the next may be late, and the answer takes its time.
    if (this.#state !== 'rests' || ageMs + 2 * periodMs <= revalidateMs) return false
    this.#state = 'waits its turn'
    return true
  }

  /** Asks again, for the stream that has been open the longest. What throws, or takes too long, is asked again on a later tick. */
  async ask(): Promise<void> {
    const { sessions, observer } = this.#context
    const [stream] = this.#streams
    if (!stream) return
    this.#state = 'is asked for'
    const askedMs = performance.now()
    const judging = sessions.admit()
    try {
      const admission = await this.#answerTo(stream)
      if (!admission) return
      const { principal, tags = [] } = isResponse(admission) ? {} : admission
      const isAnother = isResponse(admission) || principal !== this.admission.principal
      if (isAnother || judging.isRevoked({ principal, tags })) return this.#endAll('revoked')
      this.#renew({ admission, askedMs })
    } catch (error) {
      reportError(observer, error)
    } finally {
      judging.end()
      this.#state = 'rests'
    }
  }

  /** The answer; `undefined` when the client left meanwhile. */
  async #answerTo({ ask, session }: RevalidatedStream): Promise<Admission | Response | undefined> {
    const { authorizeTimeoutMs } = this.#times
    const waited = await withinTime(ask, { timeoutMs: authorizeTimeoutMs, signal: session.signal })
    if (waited.outcome === 'left') return undefined
    if (waited.outcome === 'settled') return checkAdmission(waited.value)
    throw new EventStreamError(
      'unavailable',
      `authorize, asked again after revalidateMs, took longer than authorizeTimeoutMs, ${authorizeTimeoutMs}`,
    )
  }

  /** The newest counts: an answer may be older than the grant of a stream that came while it was awaited. */
  #renew(grant: Grant): void {
    if (grant.askedMs >= this.#grant.askedMs) this.#grant = grant
  }

  #endAll(cause: 'revoked' | 'expired'): void {
    for (const stream of this.#streams) stream.end(cause)
  }
}
