import type { Backplane, HistoryPolicy } from '../log/backplane.ts'
import { ChannelFeed, type FeedOptions } from '../channel/channel-feed.ts'
import type { FeedMember } from '../channel/feed-member.ts'
import type { LogEntry } from '../log/log-entry.ts'
import { type SessionSelector, isSessionSelector } from '../session/session-selector.ts'
import { type HubObserver, reportError } from './hub-observer.ts'

/** What one instance tells all others. */
export interface ControlMessage {
  /** What to do. */
  readonly kind: 'revoke'
  /** To which streams. */
  readonly selector: SessionSelector
}

const CHANNEL = 'millrace.control'
const TYPE = 'control'
/** Nobody joins in the past; what is kept lets an instance that was away for a while read what it missed. */
const HISTORY: HistoryPolicy = { maxEvents: 1000, maxAgeMs: 3_600_000, maxBytes: 1024 * 1024 }

interface ControlOptions {
  readonly backplane: Backplane
  readonly observer: HubObserver
  readonly maxQueueBytes: number
}

interface ControlListener {
  /** Called for each message. */
  readonly onMessage: (message: ControlMessage) => void
  /** Called when messages were lost: nobody knows what they said. */
  readonly onLoss: () => void
}

/** Messages from each instance of a hub to all: events on a reserved channel, heard like those of any other. */
export class ControlChannel {
  readonly #options: ControlOptions
  readonly #listener: ControlListener
  #feed: ChannelFeed | undefined
  #member: FeedMember | undefined
  #isClosed = false

  constructor(options: ControlOptions, listener: ControlListener) {
    this.#options = options
    this.#listener = listener
  }

  /**
   * Resolves when messages are heard: awaited before a request is judged, so that no revocation can pass it by.
   *
   * @throws What the backplane throws; the next request tries again.
   */
  async listen(): Promise<void> {
    if (this.#isClosed) return
    const feed = (this.#feed ??= this.#newFeed())
    try {
      await feed.armed
      this.#join(feed)
    } catch (error) {
      feed.close()
      if (this.#feed === feed) this.#feed = undefined
      throw error
    }
  }

  /** Tells all instances, this one included. */
  async send(message: ControlMessage): Promise<void> {
    const record = { type: TYPE, data: JSON.stringify(message) }
    await this.#options.backplane.append(CHANNEL, record, { history: HISTORY })
  }

  /** Hears nothing more. */
  close(): void {
    this.#isClosed = true
    this.#feed?.close()
  }

  #newFeed(): ChannelFeed {
    // One member, and no broadcast is to keep it waiting: whoever is judged at this moment is judged by what was revoked before.
    const schedule: FeedOptions['schedule'] = (feed) => feed.flush()
    return new ChannelFeed(CHANNEL, { ...this.#options, history: HISTORY, schedule })
  }

  #join(feed: ChannelFeed): void {
    if (this.#member || !feed.head) return
    const member: FeedMember = {
      onEntry: (entry) => this.#hear(entry),
      onBreak: () => {
        this.#leave(feed)
        if (!this.#isClosed) this.#listener.onLoss()
      },
      onFail: (error) => {
        reportError(this.#options.observer, error)
        this.#leave(feed)
      },
    }
    if (feed.attach(member, feed.head)) this.#member = member
  }

  #leave(feed: ChannelFeed): void {
    this.#member = undefined
    if (!this.#isClosed) this.#join(feed)
  }

  #hear(entry: LogEntry): void {
    const message = JSON.parse(entry.data) as Partial<ControlMessage>
    if (message.kind === 'revoke' && isSessionSelector(message.selector)) {
      this.#listener.onMessage({ kind: 'revoke', selector: message.selector })
    }
  }
}
