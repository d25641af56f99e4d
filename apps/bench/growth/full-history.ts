import { type Channel, defineStream } from '@millrace/core'
import { Hub, toResponse } from '@millrace/server'

/** Events that a client missed which resumes. */
const MISSED = 10

type Events = { event: string }
const events = defineStream<Events>('events') as Channel<Events>
const TEXT = 'x'.repeat(100)
/** For this channel's logs, and all that is replayed of them: nothing but the number of events ends either. */
const UNBOUNDED = { maxAgeMs: 3_600_000, maxBytes: 2 ** 40 }

/** A channel whose history is full, so that each publish drops the oldest event. */
export class FullHistory {
  readonly size: number
  readonly #hub: Hub
  #cursor = ''

  private constructor(size: number) {
    this.size = size
    this.#hub = new Hub({
      history: { ...UNBOUNDED, maxEvents: size },
      replay: { maxEvents: size, maxBytes: UNBOUNDED.maxBytes },
      maxTotalQueueBytes: UNBOUNDED.maxBytes,
    })
  }

  /** Publishes until it is full, and a little more. */
  static async of(size: number): Promise<FullHistory> {
    const history = new FullHistory(size)
    await history.publish(size)
    history.#cursor = await history.#hub.lastEventId(events)
    await history.publish(MISSED)
    return history
  }

  /** Publishes. Returns how many events. */
  async publish(count: number): Promise<number> {
    for (let n = 0; n < count; n++) await this.#hub.publish(events, { type: 'event', data: TEXT })
    return count
  }

  /** Resumes behind the events that a client missed, and reads those. Returns how many bytes. */
  resume(): Promise<number> {
    return this.#read({ 'last-event-id': this.#cursor })
  }

  /** Reads all that is kept. Returns how many bytes. */
  replay(): Promise<number> {
    return this.#read({})
  }

  async #read(headers: Record<string, string>): Promise<number> {
    const request = new Request('http://localhost/', { headers: { accept: 'text/event-stream', ...headers } })
    const { body } = await toResponse(request, events, { hub: this.#hub, start: 'oldest' })
    if (!body) throw new Error('a stream was refused')
    let bytes = 0
    for await (const chunk of body) {
      bytes += chunk.length
      if (Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).includes('event: millrace.live')) break
    }
    return bytes
  }
}
