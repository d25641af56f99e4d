import { EventStreamError } from '@millrace/core'
import type { Position } from '@millrace/core/protocol'
import type {
  Announcement,
  AppendOptions,
  AppendResult,
  Backplane,
  LogPage,
  ReadOptions,
} from './backplane.ts'
import type { LogRecord } from './log-entry.ts'
import { MemoryLog } from './memory-log.ts'
import { randomName, randomTag } from './random-name.ts'

/** Options of {@link memoryBackplane}. */
export interface MemoryBackplaneOptions {
  /** Logs held at the most; the one that was longest unused makes room, and keeps its place. Default 100,000. */
  readonly maxChannels?: number
}

/** A backplane in the memory of this process: the default, and the reference for every other. */
export function memoryBackplane(options: MemoryBackplaneOptions = {}): MemoryBackplane {
  return new MemoryBackplane(options)
}

/** Logs in memory. Made by {@link memoryBackplane}. */
export class MemoryBackplane implements Backplane {
  readonly #maxChannels: number
  /** In order of last use, so that the first is the one to put away. */
  readonly #logs = new Map<string, MemoryLog>()
  /** Heads of logs that were put away: they go on where they were. */
  readonly #away = new Map<string, Position>()
  readonly #tails = new Map<string, Set<(announcement: Announcement) => void>>()
  #closed = false

  constructor({ maxChannels = 100_000 }: MemoryBackplaneOptions = {}) {
    if (!Number.isSafeInteger(maxChannels) || maxChannels < 1) {
      throw new RangeError(`memoryBackplane: maxChannels must be a positive integer; got ${maxChannels}`)
    }
    this.#maxChannels = maxChannels
  }

  /** `up` until closed. */
  get state(): 'up' | 'down' {
    return this.#closed ? 'down' : 'up'
  }

  /** Appends a record, and announces it to the channel's tails before it resolves. */
  async append(channel: string, record: LogRecord, options: AppendOptions): Promise<AppendResult> {
    this.#putAwayStale()
    const { entry, position, repeated } = this.#log(channel).append(record, options)
    if (entry) this.#announce(channel, { kind: 'entry', entry })
    return { position, repeated }
  }

  /** Reads a part of a log, and its ends. */
  async read(channel: string, options: ReadOptions): Promise<LogPage> {
    this.#putAwayStale()
    return this.#log(channel).read(options)
  }

  /** Hears of appends from now on. */
  async tail(channel: string, listener: (announcement: Announcement) => void): Promise<() => void> {
    this.#checkOpen()
    const tails = this.#tails.get(channel) ?? new Set()
    this.#tails.set(channel, tails.add(listener))
    return () => {
      tails.delete(listener)
      if (tails.size === 0 && this.#tails.get(channel) === tails) this.#tails.delete(channel)
    }
  }

  /** Forgets everything. */
  async close(): Promise<void> {
    this.#closed = true
    this.#logs.clear()
    this.#away.clear()
    this.#tails.clear()
  }

  /** Begins a channel's log anew, under another epoch, as a store does that lost its data. Clients are told of a gap. */
  restart(channel: string): void {
    this.#checkOpen()
    this.#away.delete(channel)
    const log = newLog()
    this.#logs.set(channel, log)
    this.#announce(channel, { kind: 'head', head: log.head })
  }

  /** Trims a channel to its newest `keep` entries, as its history limits do in time. */
  trim(channel: string, keep: number): void {
    this.#log(channel).trim(keep)
  }

  /** Takes a channel back to entry `seq`, as a restored backup does. Clients that were further are told of a gap. */
  rollBack(channel: string, seq: number): void {
    const log = this.#log(channel)
    log.rollBack(seq)
    this.#announce(channel, { kind: 'head', head: log.head })
  }

  #announce(channel: string, announcement: Announcement): void {
    for (const listener of this.#tails.get(channel) ?? []) listener(announcement)
  }

  #log(channel: string): MemoryLog {
    this.#checkOpen()
    const away = this.#away.get(channel)
    const log = this.#logs.get(channel) ?? (away ? new MemoryLog(away) : newLog())
    this.#away.delete(channel)
    this.#logs.delete(channel)
    this.#logs.set(channel, log)
    if (this.#logs.size > this.#maxChannels) this.#putAwayOldest()
    return log
  }

  /** Puts away what was longest unused, if nothing in it is kept by its age: two a call, so that they go faster than they come. */
  #putAwayStale(): void {
    for (let times = 0; times < 2; times++) {
      const [oldest] = this.#logs.values()
      if (!oldest?.isStale) return
      this.#putAwayOldest()
    }
  }

  #putAwayOldest(): void {
    const [oldest] = this.#logs
    if (!oldest) return
    const [channel, log] = oldest
    this.#logs.delete(channel)
    this.#away.set(channel, log.head)
    // Bounded as well: a place forgotten here is a new epoch later, and so a gap that is told.
    if (this.#away.size > 4 * this.#maxChannels) this.#away.delete(this.#away.keys().next().value as string)
  }

  #checkOpen(): void {
    if (this.#closed) throw new EventStreamError('closed', 'the memory backplane was closed')
  }
}

function newLog(): MemoryLog {
  return new MemoryLog({ epoch: randomName(10), seq: 0, tag: randomTag() })
}
