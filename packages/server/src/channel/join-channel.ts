import {
  type Cursor,
  type Position,
  isSamePosition,
  parseCursor,
  parseHighest,
} from '@millrace/core/protocol'
import type { Backplane, HistoryPolicy, LogPage, ReadFrom } from '../log/backplane.ts'
import { type LogEntry, follows, positionBefore } from '../log/log-entry.ts'
import type { ChannelFeed } from './channel-feed.ts'
import type { FeedMember } from './feed-member.ts'
import { type Judgement, type ReplayLimits, judgeHighest, judgeResume } from './judge-resume.ts'

const PAGE_ENTRIES = 500
const PAGE_BYTES = 256 * 1024

/** Where a stream without a cursor starts: at the head, at the oldest entry kept, or with the last `last` entries. */
export type StreamStart = 'head' | 'oldest' | { readonly last: number }

/** Who is fed by a join: a session that writes blocks, or an iterator. */
export interface ChannelReader {
  /** Whether nothing more is wanted. */
  readonly hasEnded: boolean
  /** Whether the reader takes this entry before it is live, with all that it holds already; if not, it is to be waited for. */
  readonly hasRoomFor: (entry: LogEntry) => boolean
  /** Resolves when the reader takes any entry, or has ended. */
  readonly ready: () => Promise<void>
  /** Called first: what became of the cursor, and where the stream goes on. */
  readonly onOpen: (opening: Opening) => void
  /** Called for each entry, without a hole from the position that `onOpen` named. */
  readonly onEntry: (entry: LogEntry) => void
  /** Called once, between the last replayed entry and the first live one. */
  readonly onLive: (position: Position) => void
  /** Called when the log broke off behind the join. Nothing follows. */
  readonly onBreak: () => void
  /** Called with what `onEntry` threw once the reader was live. Nothing follows. */
  readonly onFail: (error: unknown) => void
}

/** How a stream opens. */
export type Opening = { readonly resume: 'fresh'; readonly from: Position } | Judgement

/** What a join needs. */
export interface JoinOptions {
  /** Where the log lives. */
  readonly backplane: Backplane
  /** The channel's live end in this process. */
  readonly feed: ChannelFeed
  /** The name of the channel. */
  readonly channel: string
  /** What the client sent as its last event ID; empty for none. */
  readonly lastEventId: string
  /** Where to start without one. */
  readonly start: StreamStart
  /** How much of the log counts as kept. */
  readonly history: HistoryPolicy
  /** How much is replayed at the most. */
  readonly replay: ReplayLimits
}

/** A reader's part in a channel. */
export interface Membership {
  /** Has the reader hear no more. May be called at any time, and again. */
  leave(): void
}

/** A stream that was judged: how it opens, and the first page behind that. */
export interface OpenedChannel {
  /** What became of the cursor, and where the stream goes on. */
  readonly opening: Opening
  /** The log from there, as it was read to judge. */
  readonly page: LogPage
}

/**
 * Joins a reader to a channel without a hole: arm the tail, read the log behind the cursor page by page at the reader's
 * pace, and go live in one synchronous step once the feed's window reaches back to the last entry read.
 *
 * @returns What is to be left when nothing more is wanted.
 * @throws Whatever the backplane throws.
 * @see docs/protocol.md §8
 */
export async function joinChannel(reader: ChannelReader, options: JoinOptions): Promise<Membership> {
  const opened = await openChannel(options)
  if (reader.hasEnded) return NOT_A_MEMBER
  reader.onOpen(opened.opening)
  return followChannel(reader, { from: opened.opening.from, page: opened.page, ...options })
}

/** Arms the tail, and judges the cursor by a read of the log made after that. */
export async function openChannel(options: JoinOptions): Promise<OpenedChannel> {
  await options.feed.armed
  return options.lastEventId === '' ? openFresh(options) : openAt(parseCursor(options.lastEventId), options)
}

/** Feeds a reader from a position on; `page` is the log behind it. See {@link joinChannel}. */
export async function followChannel(
  reader: ChannelReader,
  options: JoinOptions & { readonly from: Position; readonly page: LogPage },
): Promise<Membership> {
  const { feed, page: firstPage } = options
  const follower = new Follower(reader, { feed, from: options.from })
  let hasCaughtUp = false
  for (let page = firstPage; ; page = await read(options, { seq: follower.position.seq })) {
    if (reader.hasEnded) return NOT_A_MEMBER
    if (!continues(page, follower.position)) return (reader.onBreak(), NOT_A_MEMBER)
    for (const entry of page.entries) {
      if (!reader.hasRoomFor(entry)) await reader.ready()
      if (reader.hasEnded) return NOT_A_MEMBER
      follower.onEntry(entry)
    }
    await reader.ready()
    if (reader.hasEnded) return NOT_A_MEMBER
    const before = follower.position
    if (feed.attach(follower, before)) {
      // Attaching moved the position on by what the window held; the next entry is live.
      reader.onLive(follower.position)
      return follower
    }
    if (feed.isClosed) return (reader.onBreak(), NOT_A_MEMBER)
    const isAtEnd = page.entries.length === 0 && follower.position === before
    // At the log's end, and yet the feed does not fit: it has not heard of the log's latest turn. If catching up does not
    // help either, the two contradict each other, and only a new resume can judge.
    if (isAtEnd && hasCaughtUp) return (reader.onBreak(), NOT_A_MEMBER)
    if (isAtEnd) await feed.catchUp(before)
    hasCaughtUp = isAtEnd
  }
}

/** A reader at its position: takes what follows it, and nothing else. */
class Follower implements FeedMember, Membership {
  readonly #reader: ChannelReader
  readonly #feed: ChannelFeed
  #position: Position

  constructor(
    reader: ChannelReader,
    { feed, from }: { readonly feed: ChannelFeed; readonly from: Position },
  ) {
    this.#reader = reader
    this.#feed = feed
    this.#position = from
  }

  /** That of the last entry taken. */
  get position(): Position {
    return this.#position
  }

  hasRoomFor(entry: LogEntry): boolean {
    return this.#reader.hasRoomFor(entry)
  }

  onEntry(entry: LogEntry): void {
    const position = this.#position
    if (follows(entry, position)) {
      this.#position = entry
      this.#reader.onEntry(entry)
      // Behind the position: an announcement that came after a read. Same number, other tag: a log that was rolled back.
    } else if (entry.epoch !== position.epoch || entry.seq > position.seq) this.#leaveBroken()
    else if (entry.seq === position.seq && entry.tag !== position.tag) this.#leaveBroken()
  }

  onBreak(): void {
    this.#reader.onBreak()
  }

  onFail(error: unknown): void {
    this.#reader.onFail(error)
  }

  leave(): void {
    this.#feed.detach(this)
  }

  #leaveBroken(): void {
    this.leave()
    this.#reader.onBreak()
  }
}

/** The part of a reader that hears nothing: its stream is over. */
export const NOT_A_MEMBER: Membership = { leave: () => undefined }

async function openFresh(options: JoinOptions): Promise<OpenedChannel> {
  const { replay, start } = options
  const page = await read(options, start)
  const [first] = page.entries
  const from = first ? positionBefore(first) : page.head
  // A start asks for what is there; a limit on replay counts for it as for a resume.
  const isTooMuch = page.head.seq - from.seq > replay.maxEvents || page.bytesToHead > replay.maxBytes
  if (!isTooMuch) return { opening: { resume: 'fresh', from }, page }
  return { opening: { resume: 'fresh', from: page.head }, page: await read(options, { seq: page.head.seq }) }
}

async function openAt(cursor: Cursor | undefined, options: JoinOptions): Promise<OpenedChannel> {
  let page = await read(options, cursor ? { seq: cursor.seq } : 'head')
  if (cursor && cursor.epoch !== page.head.epoch) page = await read(options, 'oldest')
  let opening = judgeResume(cursor, page, options.replay)
  const highest = cursor && parseHighest(options.lastEventId)
  if (highest && highest.epoch === opening.from.epoch) {
    const behind = await read(options, { seq: highest.seq })
    opening = judgeHighest(highest, { opening, page: behind })
  }
  if (!continues(page, opening.from)) page = await read(options, { seq: opening.from.seq })
  return { opening, page }
}

/** Whether a page goes on right behind a position. */
function continues(page: LogPage, position: Position): boolean {
  const [first] = page.entries
  return first ? follows(first, position) : isSamePosition(page.head, position)
}

function read({ backplane, channel, history }: JoinOptions, from: ReadFrom): Promise<LogPage> {
  return backplane.read(channel, { from, maxEntries: PAGE_ENTRIES, maxBytes: PAGE_BYTES, history })
}
