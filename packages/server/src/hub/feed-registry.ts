import { ChannelFeed, type FeedOptions } from '../channel/channel-feed.ts'

/** How long a feed outlives its last member, so that a client that comes back finds it armed. */
const LINGER_MS = 5000

/** A feed that is in use: one object for all who use it, since there are as many as streams. */
export interface FeedInUse {
  /** The feed. */
  readonly feed: ChannelFeed
  /** Ends one use; to be called once for each. */
  readonly release: () => void
}

interface HeldFeed extends FeedInUse {
  uses: number
  timer: ReturnType<typeof setTimeout> | undefined
}

/** The feeds of a hub: one per channel that somebody hears. */
export class FeedRegistry {
  readonly #options: FeedOptions
  readonly #feeds = new Map<string, HeldFeed>()

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** The feed of a channel, in use until `release` is called. */
  use(channel: string): FeedInUse {
    const held = this.#feeds.get(channel) ?? this.#open(channel)
    held.uses++
    clearTimeout(held.timer)
    return held
  }

  /** Closes all feeds. */
  close(): void {
    for (const { feed, timer } of this.#feeds.values()) {
      clearTimeout(timer)
      feed.close()
    }
    this.#feeds.clear()
  }

  #open(channel: string): HeldFeed {
    const feed = new ChannelFeed(channel, this.#options)
    const release = (): void => {
      if (--held.uses === 0) held.timer = this.#closeLater(channel, feed)
    }
    const held: HeldFeed = { feed, release, uses: 0, timer: undefined }
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
