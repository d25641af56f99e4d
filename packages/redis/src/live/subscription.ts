import type { Announcement, Position } from '@millrace/server'
import type { ChannelKeys } from '../channel-keys.ts'
import { decodeAnnouncement } from '../log-entry-codec.ts'
import type { SubscriberLine } from './subscriber-line.ts'

type Listener = (announcement: Announcement) => void

/** How far a subscription has come. */
type SubscriptionState =
  /** Not subscribed; `missed` when it was before, so that announcements may have passed by. */
  | { readonly name: 'away'; readonly missed: boolean }
  /** Subscribed again. What passed by meanwhile is still to be looked up. */
  | { readonly name: 'behind'; readonly line: SubscriberLine }
  /** Subscribed, and nothing passes by. */
  | { readonly name: 'armed'; readonly line: SubscriberLine }

/** One channel's announcements in this process: one subscription, however many listeners. */
export class Subscription {
  readonly keys: ChannelKeys
  state: SubscriptionState = { name: 'away', missed: false }
  /** Where the channel was last found, in a cluster. */
  address: string | undefined
  /** Steps in a row that failed. */
  failures = 0
  /** What was announced last. */
  heard: Position | undefined
  /** Announcements heard, so that a look at the log can tell whether something came meanwhile. */
  count = 0
  readonly #listeners = new Set<Listener>()
  readonly #waiting = new Set<() => void>()

  constructor(keys: ChannelKeys) {
    this.keys = keys
  }

  /** Whether anybody listens. */
  get isWanted(): boolean {
    return this.#listeners.size > 0
  }

  /** Adds a listener. Returns a function that takes it away and says whether it was still there. */
  add(listener: Listener): () => boolean {
    // One function may listen twice.
    const own: Listener = (announcement) => listener(announcement)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  /** Resolves when subscribed. */
  whenArmed(): Promise<true> {
    if (this.state.name !== 'away') return Promise.resolve(true)
    return new Promise((resolve) => this.#waiting.add(() => resolve(true)))
  }

  /** The server has acknowledged. */
  arm(line: SubscriberLine): void {
    const missed = this.state.name === 'away' && this.state.missed
    this.state = { name: missed ? 'behind' : 'armed', line }
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** Takes a message from the server. What some other program sent is nothing to us. */
  receive(message: string): void {
    const announcement = decodeAnnouncement(message)
    if (announcement) this.announce(announcement)
  }

  /** Tells the listeners. */
  announce(announcement: Announcement): void {
    const { epoch, seq, tag } = announcement.kind === 'entry' ? announcement.entry : announcement.head
    this.heard = { epoch, seq, tag }
    this.count++
    for (const listener of this.#listeners) {
      try {
        listener(announcement)
      } catch (error) {
        // Here it would end the connection of all the others.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
