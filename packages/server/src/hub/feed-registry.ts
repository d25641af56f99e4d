import { ChannelFeed, type FeedOptions } from '../channel/channel-feed.ts'

/** How long a feed outlives its last member, so that a client that comes back finds it armed. */
const LINGER_MS = 5000

/** The feeds of a hub: one per channel that somebody hears. */
export class FeedRegistry {
  readonly #options: FeedOptions
  readonly #feeds = new Map<
    string,
    { feed: ChannelFeed; uses: number; timer: ReturnType<typeof setTimeout> | undefined }
  >()

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** The feed of a channel, in use until `release` is called, once. */
  use(channel: string): { readonly feed: ChannelFeed; readonly release: () => void } {
    const held = this.#feeds.get(channel) ?? this.#open(channel)
    held.uses++
    clearTimeout(held.timer)
    let isReleased = false
    const release = (): void => {
      if (isReleased) return
      isReleased = true
      if (--held.uses === 0) held.timer = this.#closeLater(channel, held.feed)
    }
    return { feed: held.feed, release }
  }

  /** Closes all feeds. */
  close(): void {
    for (const { feed, timer } of this.#feeds.values()) {
      clearTimeout(timer)
      feed.close()
    }
    this.#feeds.clear()
  }

  #open(channel: string): { feed: ChannelFeed; uses: number; timer: undefined } {
    const feed = new ChannelFeed(channel, this.#options)
    const held = { feed, uses: 0, timer: undefined }
    this.#feeds.set(channel, held)
    // A tail that could not be armed is no feed: the next one who asks tries again.
    feed.armed.catch(() => this.#close(channel, feed))
    return held
  }

  #closeLater(channel: string, feed: ChannelFeed): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => this.#close(channel, feed), LINGER_MS)
    ;(timer as { unref?: () => void }).unref?.()
    return timer
  }

  #close(channel: string, feed: ChannelFeed): void {
    if (this.#feeds.get(channel)?.feed === feed) this.#feeds.delete(channel)
    feed.close()
  }
}
