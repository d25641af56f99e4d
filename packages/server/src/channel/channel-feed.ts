import type { Position } from '@millrace/core/protocol'
import { isSamePosition } from '@millrace/core/protocol'
import type { Announcement, Backplane, HistoryPolicy } from '../log/backplane.ts'
import { type LogEntry, follows, positionBefore } from '../log/log-entry.ts'

/** Entries and bytes of the newest entries that a feed keeps at hand, so that a join need not chase the log. */
const WINDOW_ENTRIES = 256
const WINDOW_CHARACTERS = 128 * 1024
const PAGE_ENTRIES = 500
const PAGE_BYTES = 1024 * 1024

/** Who hears a channel live. */
export interface FeedMember {
  /** Called for each entry behind the member's position, in order. */
  readonly onEntry: (entry: LogEntry) => void
  /** Called once when the log broke off (restarted, rolled back, trimmed under the feed): a new resume has to judge. */
  readonly onBreak: () => void
}

/** What a feed needs of its hub. */
export interface FeedOptions {
  /** Where the log lives. */
  readonly backplane: Backplane
  /** How much of the log counts as kept. */
  readonly history: HistoryPolicy
  /** Bytes that may wait for one client: a join hands over its window at once, so the window stays well below. */
  readonly maxQueueBytes: number
}

/**
 * The live end of one channel in this process: one tail, however many members.
 *
 * Announcements are hints. One that continues the feed is handed on; one that is behind is dropped; anything else is
 * settled by reading the log, once for all members.
 */
export class ChannelFeed {
  /** Resolves when the tail is armed and the head is known. */
  readonly armed: Promise<void>
  readonly #channel: string
  readonly #options: FeedOptions
  readonly #members = new Set<FeedMember>()
  /** The newest entries, without a hole, up to `#head`. */
  #window: LogEntry[] = []
  #windowCharacters = 0
  #head: Position | undefined
  /** Announced while the head was unknown or the log was being read. */
  #pending: LogEntry[] = []
  #recovery: Promise<void> | undefined
  #stopTail: (() => void) | undefined
  #isClosed = false

  constructor(channel: string, options: FeedOptions) {
    this.#channel = channel
    this.#options = options
    this.armed = this.#arm()
    // Joins await it and see its error; nobody may be waiting yet.
    this.armed.catch(() => undefined)
  }

  /** Whether the feed was closed, so that nobody can go live on it. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** How many members hear this feed. */
  get size(): number {
    return this.#members.size
  }

  /**
   * Goes live behind `position`, in one synchronous step: hands over what the window holds behind it, and joins.
   *
   * @returns Whether that was possible. If not, the log has to be read on from `position`.
   */
  attach(member: FeedMember, position: Position): boolean {
    const head = this.#head
    if (!head || this.#recovery || this.#isClosed || position.epoch !== head.epoch) return false
    // Read further than announced: the announcements behind `position` come late, and the member ignores them.
    const isAhead = position.seq > head.seq
    if (!isAhead && !isSamePosition(position, head)) {
      const [oldest] = this.#window
      const next = oldest && this.#window[position.seq + 1 - oldest.seq]
      if (!next || !follows(next, position)) return false
      for (const entry of this.#window.slice(next.seq - oldest.seq)) member.onEntry(entry)
    }
    this.#members.add(member)
    return true
  }

  /** Leaves. */
  detach(member: FeedMember): void {
    this.#members.delete(member)
  }

  /** Reads what the log has behind the feed's head; called when somebody knows that the feed is not at its end. */
  catchUp(): Promise<void> {
    this.#recovery ??= this.#recover().finally(() => {
      this.#recovery = undefined
      this.#takePending()
    })
    return this.#recovery
  }

  /** Stops the tail. */
  close(): void {
    this.#isClosed = true
    this.#stopTail?.()
    this.#members.clear()
  }

  async #arm(): Promise<void> {
    const { backplane, history } = this.#options
    const stop = await backplane.tail(this.#channel, (announcement) => this.#hear(announcement))
    if (this.#isClosed) return stop()
    this.#stopTail = stop
    const { head } = await backplane.read(this.#channel, {
      from: 'head',
      maxEntries: 1,
      maxBytes: 1,
      history,
    })
    this.#head = head
    this.#takePending()
  }

  #hear(announcement: Announcement): void {
    if (this.#isClosed) return
    if (announcement.kind === 'head') {
      if (this.#head && !isSamePosition(announcement.head, this.#head)) this.#catchUpQuietly()
    } else if (!this.#head || this.#recovery) {
      this.#pending.push(announcement.entry)
      // What is forgotten here is in the log: the entries that stay no longer fit the head, and so it is read.
      if (this.#pending.length > WINDOW_ENTRIES) this.#pending.shift()
    } else this.#take(announcement.entry, this.#head)
  }

  #takePending(): void {
    const pending = this.#pending
    this.#pending = []
    for (const entry of pending) this.#hear({ kind: 'entry', entry })
  }

  #take(entry: LogEntry, head: Position): void {
    if (follows(entry, head)) this.#handOn(entry)
    else if (entry.epoch !== head.epoch || entry.seq > head.seq || !this.#hasSeen(entry)) {
      this.#pending.push(entry)
      this.#catchUpQuietly()
    }
  }

  /** Whether an entry that is not ahead is one that was handed on; beyond the window only its number can tell. */
  #hasSeen(entry: LogEntry): boolean {
    const [oldest] = this.#window
    const known = oldest && this.#window[entry.seq - oldest.seq]
    return known ? known.tag === entry.tag : entry.seq !== this.#head?.seq || entry.tag === this.#head.tag
  }

  #handOn(entry: LogEntry): void {
    this.#head = { epoch: entry.epoch, seq: entry.seq, tag: entry.tag }
    this.#window.push(entry)
    this.#windowCharacters += entry.data.length
    const maxCharacters = Math.min(WINDOW_CHARACTERS, this.#options.maxQueueBytes / 8)
    while (this.#window.length > WINDOW_ENTRIES || this.#windowCharacters > maxCharacters) {
      const dropped = this.#window.shift()
      this.#windowCharacters -= dropped?.data.length ?? 0
    }
    for (const member of this.#members) member.onEntry(entry)
  }

  #catchUpQuietly(): void {
    // The next announcement, or the next join, tries again; streams stay open meanwhile.
    this.catchUp().catch(() => undefined)
  }

  async #recover(): Promise<void> {
    await this.armed
    const { backplane, history } = this.#options
    for (;;) {
      const head = this.#head
      if (!head || this.#isClosed) return
      const page = await backplane.read(this.#channel, {
        from: { seq: head.seq },
        maxEntries: PAGE_ENTRIES,
        maxBytes: PAGE_BYTES,
        history,
      })
      const [next] = page.entries
      const isUnbroken = next ? isSamePosition(positionBefore(next), head) : isSamePosition(page.head, head)
      if (!isUnbroken) return this.#break(page.head)
      for (const entry of page.entries) this.#handOn(entry)
      if (!next) return
    }
  }

  #break(head: Position): void {
    this.#head = head
    this.#window = []
    this.#windowCharacters = 0
    const members = [...this.#members]
    this.#members.clear()
    for (const member of members) member.onBreak()
  }
}
