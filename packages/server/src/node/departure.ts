import { rememberSignal } from '../session/client-signal.ts'

/**
 * The moment in which a client goes.
 *
 * The signal of it is 0.3 KB, and of most streams nobody but this library ever looks at it. So it lives as long as its request, and
 * as long as the response once somebody has seen it: who listens must hear it whatever was collected meanwhile.
 */
export class Departure {
  #hasHappened = false
  readonly #unseen: WeakRef<AbortController>
  #seen: AbortController | undefined

  /** @param abort - Aborted when the client goes, if anybody can know of it. */
  constructor(abort: AbortController) {
    this.#unseen = new WeakRef(abort)
  }

  /** Whether the client is gone. */
  get hasHappened(): boolean {
    return this.#hasHappened
  }

  /** The client is gone. */
  happen(): void {
    this.#hasHappened = true
    const abort = this.#seen ?? this.#unseen.deref()
    abort?.abort()
  }

  /** Makes the signal that of a request. The platform's own, which follows it, is dead once the request is collected. */
  showOn(request: Request, abort: AbortController): void {
    rememberSignal(request, abort.signal)
    Object.defineProperty(request, 'signal', { get: () => (this.#seen = abort).signal })
  }
}
