import { type Position, isSamePosition } from '@millrace/core/protocol'
import type { Announcement, Backplane, HistoryPolicy } from '../log/backplane.ts'
import { type LogEntry, follows, positionBefore } from '../log/log-entry.ts'
import type { Flushable } from '../session/flush-scheduler.ts'
import { Broadcast } from './broadcast.ts'
import { EntryWindow } from './entry-window.ts'
import type { FeedMember } from './feed-member.ts'

/** Entries that are remembered while the log is being read. */
const MAX_HEARD = 256
const WINDOW_CHARACTERS = 128 * 1024
const PAGE_ENTRIES = 500
const PAGE_BYTES = 1024 * 1024
/** How long to wait before the log is read again that could not be read. */
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5000

/** What a feed needs of its hub. */
export interface FeedOptions {
  /** Where the log lives. */
  readonly backplane: Backplane
  /** How much of the log counts as kept. */
  readonly history: HistoryPolicy
  /** Bytes that may wait for one client: a join hands over its window at once where there is room, so the window stays well below. */
  readonly maxQueueBytes: number
  /** Has the feed hand on to its members what it heard: after the tick, or at once. */
  readonly schedule: (target: Flushable) => void
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
  readonly #broadcast: Broadcast
  /** The newest entries, up to `#head`. */
  readonly #window: EntryWindow
  #head: Position | undefined
  /** Heard while the log is being read: entries, and the last word on how far it has come. */
  #heard: LogEntry[] = []
  #hint: Position | undefined
  #recovery: Promise<void> | undefined
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #retryMs = FIRST_RETRY_MS
  #stopTail: (() => void) | undefined
  #isClosed = false

  constructor(channel: string, options: FeedOptions) {
    this.#channel = channel
    this.#options = options
    const { maxQueueBytes, schedule } = options
    this.#window = new EntryWindow(Math.min(WINDOW_CHARACTERS, maxQueueBytes / 8))
    // What waits for all is handed to each in one go, and so is not more than a client that keeps up has room for.
    this.#broadcast = new Broadcast({ schedule, maxBytes: maxQueueBytes / 4 })
    this.armed = this.#arm()
    // Joins await it and see its error; nobody may be waiting yet.
    this.armed.catch(() => undefined)
  }

  /** Whether the feed was closed, so that nobody can go live on it. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The newest position heard of; `undefined` until armed. */
  get head(): Position | undefined {
    return this.#head
  }

  /**
   * Goes live behind `position`, in one synchronous step: hands over what the window holds behind it, and joins.
   *
   * @returns Whether that was possible. If not, the log has to be read on behind what was handed over, or the feed has to catch up.
   */
  attach(member: FeedMember, position: Position): boolean {
    const head = this.#head
    if (!head || this.#isClosed) return false
    const missing = isSamePosition(position, head) ? [] : this.#window.behind(position)
    if (!missing) return false
    for (const entry of missing) {
      if (member.hasRoomFor && !member.hasRoomFor(entry)) return false
      member.onEntry(entry)
    }
    // The application may have published more when it was asked about these.
    if (this.#head !== head) return false
    this.#broadcast.add(member, head.seq)
    return true
  }

  /** Leaves. */
  detach(member: FeedMember): void {
    this.#broadcast.remove(member)
  }

  /**
   * Reads what the log has behind the feed's head, since somebody knows that it is at `position`.
   *
   * @throws Whatever the backplane throws; the feed tries again by itself.
   */
  catchUp(position: Position): Promise<void> {
    this.#hint = position
    return (this.#recovery ??= this.#recover())
  }

  /** Stops the tail, hands on what was heard before, and breaks off whoever is still there. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#retryTimer)
    this.#stopTail?.()
    this.#broadcast.handOnAll()
    this.#breakOff()
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
    if (this.#settleHeard()) this.#catchUpQuietly(head)
  }

  #hear(announcement: Announcement): void {
    if (this.#isClosed) return
    const head = this.#head
    const isReading = !head || this.#recovery !== undefined
    if (announcement.kind === 'head') {
      if (isReading) this.#hint = announcement.head
      else if (!isSamePosition(announcement.head, head)) this.#catchUpQuietly(announcement.head)
      return
    }
    const { entry } = announcement
    if (isReading) {
      this.#heard.push(entry)
      // What is forgotten here is in the log, and what stays does not fit without it: the log is read once more.
      if (this.#heard.length > MAX_HEARD) this.#heard.shift()
    } else if (follows(entry, head)) this.#handOn(entry)
    else if (this.#isNews(entry, head)) this.#catchUpQuietly(entry)
  }

  /** Whether an entry that does not fit says something that the feed does not know: ahead, of another life, of another line. */
  #isNews(entry: LogEntry, head: Position): boolean {
    if (entry.epoch !== head.epoch || entry.seq > head.seq) return true
    const known = this.#window.at(entry.seq)
    return known !== undefined && known.tag !== entry.tag
  }

  /** Hands on what was heard and fits. Returns whether something is left that only another read can settle. */
  #settleHeard(): boolean {
    const heard = this.#heard
    const hint = this.#hint
    this.#heard = []
    this.#hint = undefined
    let isNews = false
    for (const entry of heard) {
      if (!this.#head) return false
      if (follows(entry, this.#head)) this.#handOn(entry)
      else if (this.#isNews(entry, this.#head)) isNews = true
    }
    return isNews || (hint !== undefined && this.#head !== undefined && !isSamePosition(hint, this.#head))
  }

  #handOn(entry: LogEntry): void {
    this.#head = { epoch: entry.epoch, seq: entry.seq, tag: entry.tag }
    this.#window.push(entry)
    this.#broadcast.push(entry)
  }

  #catchUpQuietly(position: Position): void {
    // Streams stay open meanwhile; a read that fails is tried again.
    this.catchUp(position).catch(() => undefined)
  }

  async #recover(): Promise<void> {
    try {
      await this.armed
      // Each further turn takes something that was heard during the last one: a read that began later settles it.
      do {
        this.#heard = []
        this.#hint = undefined
        await this.#readOn()
      } while (this.#settleHeard() && !this.#isClosed)
      this.#retryMs = FIRST_RETRY_MS
    } catch (error) {
      this.#retryLater()
      throw error
    } finally {
      // In the same step as the last look at what was heard: anything later must be taken as it comes.
      this.#recovery = undefined
    }
  }

  async #readOn(): Promise<void> {
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

  #retryLater(): void {
    if (this.#isClosed) return
    clearTimeout(this.#retryTimer)
    this.#retryTimer = setTimeout(() => this.#head && this.#catchUpQuietly(this.#head), this.#retryMs)
    ;(this.#retryTimer as { unref?: () => void }).unref?.()
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS)
  }

  #break(head: Position): void {
    this.#head = head
    this.#window.clear()
    this.#breakOff()
  }

  #breakOff(): void {
    for (const member of this.#broadcast.clear()) member.onBreak()
  }
}
