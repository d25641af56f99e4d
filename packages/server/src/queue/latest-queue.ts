import { encodeEvent } from '@millrace/core'
import { type Position, formatCursor } from '@millrace/core/protocol'
import type { Frame } from '../channel/frame.ts'
import { type LogEntry, positionBefore } from '../log/log-entry.ts'
import { BlockList } from './block-list.ts'
import { type Block, encodeBlock } from './block.ts'
import { type OutputQueue, join } from './output-queue.ts'

/** Names what an event is a value of; `undefined` for an event that nothing stands in for. */
export type KeyOf = (entry: LogEntry) => string | undefined

const encoder = new TextEncoder()

/**
 * Of each key the newest event alone waits, in the place of the oldest it stands in for: so a key that changes often delays no
 * other, and is delayed by none.
 *
 * Since events no longer leave in the order of their numbers, ids are made when they leave. An id names two positions: one that
 * everything up to it was sent or stood in for, and, where that lies behind it, the highest event sent or standing in: if the
 * log lost that one, so did the client.
 *
 * @see docs/protocol.md §4.7
 */
export class LatestQueue implements OutputQueue {
  readonly #blocks = new BlockList()
  readonly #keyOf: KeyOf
  /** Where the event of a key waits. */
  readonly #places = new Map<string, number>()
  /** Highest event that was sent, or stands in for another. */
  #highest: Position | undefined
  /** Highest event that stands in for another behind the last gap or snapshot: true of what leaves behind that. */
  #highestStandIn: Position | undefined
  /** Highest position that was sent. */
  #sent: Position | undefined

  /** @param highest - What the client's cursor says of an earlier response. */
  constructor(keyOf: KeyOf, highest: Position | undefined) {
    this.#keyOf = keyOf
    this.#highest = highest
  }

  get bytes(): number {
    return this.#blocks.bytes
  }

  get size(): number {
    return this.#blocks.size
  }

  push(block: Block): void {
    // A value must not overtake the word that events are missing, or the state that it belongs behind.
    if (block.kind === 'gap' || block.kind === 'snapshot') {
      this.#places.clear()
      this.#highestStandIn = undefined
    }
    const key = block.kind === 'entry' ? this.#keyOf(block.entry) : undefined
    const place = key === undefined ? undefined : this.#places.get(key)
    if (place !== undefined && block.kind === 'entry') {
      this.#blocks.replace(place, block)
      this.#highest = higher(this.#highest, block.entry)
      this.#highestStandIn = block.entry
      return
    }
    if (key !== undefined) this.#places.set(key, this.#blocks.end)
    this.#blocks.push(block)
  }

  makeRoom(maxBytes: number): boolean {
    return this.#blocks.bytes <= maxBytes
  }

  take(maxBytes: number): Uint8Array {
    const taken = this.#blocks.take(maxBytes)
    /** For each block the lowest event that is still to come behind it. */
    const lowestBehind: Array<LogEntry | undefined> = []
    let lowest = this.#lowestWaiting()
    for (let index = taken.length - 1; index >= 0; index--) {
      lowestBehind[index] = lowest
      lowest = lower(lowest, taken[index] as Block)
    }
    return join(taken.map((block, index) => this.#encode(block, lowestBehind[index])))
  }

  clear(): void {
    this.#blocks.clear()
    this.#places.clear()
  }

  #lowestWaiting(): LogEntry | undefined {
    let lowest: LogEntry | undefined
    for (let place = this.#blocks.first; place < this.#blocks.end; place++) {
      lowest = lower(lowest, this.#blocks.at(place))
    }
    return lowest
  }

  #encode(block: Block, lowestBehind: LogEntry | undefined): Uint8Array {
    switch (block.kind) {
      case 'plain':
        return block.bytes
      case 'snapshot':
        this.#beginAnew(block.position)
        return block.bytes
      case 'gap':
        // Behind a trimmed log the old values go on; any other gap leads to another line, or to the head.
        if (block.reason !== 'trimmed') this.#highest = this.#highestStandIn
        this.#sent = block.position
        return encodeBlock(block, this.#highestBehind(block.position))
      case 'position': {
        this.#sent = higher(this.#sent, block.position)
        const position = lowestBehind ? positionBefore(lowestBehind) : this.#sent
        return encodeBlock({ ...block, position }, this.#highestBehind(position))
      }
      case 'entry':
        return this.#encodeEntry(block, lowestBehind)
    }
  }

  #encodeEntry({ entry, bytes, bodyLength }: Frame, lowestBehind: LogEntry | undefined): Uint8Array {
    const key = this.#keyOf(entry)
    const place = key === undefined ? undefined : this.#places.get(key)
    if (key !== undefined && place !== undefined && place < this.#blocks.first) this.#places.delete(key)
    this.#sent = higher(this.#sent, entry)
    this.#highest = higher(this.#highest, entry)
    const isInOrder = !lowestBehind || lowestBehind.seq > entry.seq
    // The common case, a client that keeps up: the block that all clients share says the truth.
    if (isInOrder && this.#highest.seq === entry.seq) return bytes
    const position = lowestBehind ? positionBefore(lowestBehind) : this.#sent
    const cursor = formatCursor(position, { highest: this.#highestBehind(position), id: entry.id })
    return join([bytes.subarray(0, bodyLength), encoder.encode(encodeEvent({ id: cursor }))])
  }

  #beginAnew(position: Position): void {
    this.#highest = this.#highestStandIn
    this.#sent = position
  }

  #highestBehind(position: Position): Position | undefined {
    return this.#highest && this.#highest.seq > position.seq ? this.#highest : undefined
  }
}

function higher(known: Position | undefined, { epoch, seq, tag }: Position): Position {
  return known && known.seq >= seq ? known : { epoch, seq, tag }
}

function lower(known: LogEntry | undefined, block: Block): LogEntry | undefined {
  if (block.kind !== 'entry' || (known && known.seq <= block.entry.seq)) return known
  return block.entry
}
