import { setImmediate as turn } from 'node:timers/promises'
import { type Channel, defineStream } from '@millrace/core'
import { Hub, toResponse } from '@millrace/server'

type Events = { event: string }
const rooms = defineStream<Events, { id: string }>('rooms')
const TEXT = 'x'.repeat(100)

/** Channels with one stream each. */
export class BusyChannels {
  readonly size: number
  readonly #hub = new Hub()
  readonly #channels: readonly Channel<Events>[]
  #next = 0
  #bytes = 0

  private constructor(size: number) {
    this.size = size
    this.#channels = Array.from({ length: size }, (_, n) => rooms({ id: String(n) }) as Channel<Events>)
  }

  /** Opens a stream on each. */
  static async of(size: number): Promise<BusyChannels> {
    const busy = new BusyChannels(size)
    for (const channel of busy.#channels) {
      const { body } = await toResponse(new Request('http://localhost/'), channel, { hub: busy.#hub })
      if (!body) throw new Error('a stream was refused')
      void busy.#read(body)
    }
    return busy
  }

  /** Publishes on one channel after the other, each time until the event is written. Returns how many bytes came. */
  async publish(count: number): Promise<number> {
    const before = this.#bytes
    for (let n = 0; n < count; n++) {
      const channel = this.#channels[this.#next++ % this.size] as Channel<Events>
      await this.#hub.publish(channel, { type: 'event', data: TEXT })
      await turn()
    }
    const came = this.#bytes - before
    if (came < count * TEXT.length) throw new Error(`${came} bytes came of ${count} events`)
    return came
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of body) this.#bytes += chunk.length
  }
}
