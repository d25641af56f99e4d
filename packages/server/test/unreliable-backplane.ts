import { EventStreamError } from '@millrace/core'
import { seededRandom } from '../../../scripts/testing/seeded-random.ts'
import type { Announcement, LogPage, ReadOptions } from '../src/log/backplane.ts'
import { MemoryBackplane } from '../src/log/memory-backplane.ts'

/**
 * A sound log behind a bad line: reads take time and fail, announcements come late, twice, out of order or never, and now and
 * then the head is announced alone. All of it within the contract of a backplane.
 */
export class UnreliableBackplane extends MemoryBackplane {
  readonly #random: () => number
  readonly #timers = new Set<ReturnType<typeof setInterval>>()

  constructor(seed: number) {
    super()
    this.#random = seededRandom(seed)
  }

  override async read(channel: string, options: ReadOptions): Promise<LogPage> {
    await this.#takeTime(this.#random() * 4)
    if (this.#random() < 0.03) throw new EventStreamError('unavailable', 'the line is down')
    const page = await super.read(channel, options)
    await this.#takeTime(this.#random() * 4)
    return page
  }

  override async tail(channel: string, listener: (announcement: Announcement) => void): Promise<() => void> {
    await this.#takeTime(this.#random() * 5)
    const stop = await super.tail(channel, (announcement) => {
      const fate = this.#random()
      if (fate < 0.02) return
      const deliver = (): void => listener(announcement)
      if (fate < 0.06) setTimeout(deliver, this.#random() * 10)
      else deliver()
      if (fate > 0.97) setTimeout(deliver, this.#random() * 30)
    })
    const timer = setInterval(() => void this.#announceHead(channel, listener), 25)
    this.#timers.add(timer)
    return () => {
      clearInterval(timer)
      stop()
    }
  }

  override async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await super.close()
  }

  async #announceHead(channel: string, listener: (announcement: Announcement) => void): Promise<void> {
    const history = { maxEvents: 1e6, maxAgeMs: 1e9, maxBytes: 1e12 }
    const { head } = await super.read(channel, { from: 'head', maxEntries: 1, maxBytes: 1, history })
    // Old by the time it is heard.
    setTimeout(() => listener({ kind: 'head', head }), this.#random() * 5)
  }

  #takeTime(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms))
  }
}
