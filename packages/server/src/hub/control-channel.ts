import type { Announcement, Backplane, HistoryPolicy } from '../log/backplane.ts'
import { randomName } from '../log/random-name.ts'
import type { SessionSelector } from '../session/session-registry.ts'
import type { HubObserver } from './hub-observer.ts'

/** What one instance tells all others. */
export interface ControlMessage {
  /** What to do. */
  readonly kind: 'revoke'
  /** To which streams. */
  readonly selector: SessionSelector
}

const CHANNEL = 'millrace.control'
const TYPE = 'control'
/** Who was not there has no streams that a message could end, so nothing is kept. */
const NO_HISTORY: HistoryPolicy = { maxEvents: 0, maxAgeMs: 0, maxBytes: 0 }

/** Messages from each instance of a hub to all: events on a reserved channel, without history. */
export class ControlChannel {
  readonly #backplane: Backplane
  readonly #observer: HubObserver
  readonly #onMessage: (message: ControlMessage) => void
  #tail: Promise<() => void> | undefined

  constructor(
    { backplane, observer }: { readonly backplane: Backplane; readonly observer: HubObserver },
    onMessage: (message: ControlMessage) => void,
  ) {
    this.#backplane = backplane
    this.#observer = observer
    this.#onMessage = onMessage
  }

  /** Hears messages from now on; called before the first stream is opened, and harmless afterwards. */
  listen(): void {
    this.#tail ??= this.#arm()
  }

  /** Tells all instances, this one included. */
  async send(message: ControlMessage): Promise<void> {
    const record = { type: TYPE, data: JSON.stringify(message) }
    await this.#backplane.append(CHANNEL, record, { idempotencyKey: randomName(16), history: NO_HISTORY })
  }

  /** Hears nothing more. */
  close(): void {
    this.#tail?.then((stop) => stop()).catch((error: unknown) => this.#observer.onError?.(error))
  }

  async #arm(): Promise<() => void> {
    try {
      return await this.#backplane.tail(CHANNEL, (announcement) => this.#hear(announcement))
    } catch (error) {
      // The next stream tries again; until then only this instance's own messages count.
      this.#tail = undefined
      this.#observer.onError?.(error)
      return () => undefined
    }
  }

  #hear(announcement: Announcement): void {
    if (announcement.kind !== 'entry') return
    this.#onMessage(JSON.parse(announcement.entry.data) as ControlMessage)
  }
}
