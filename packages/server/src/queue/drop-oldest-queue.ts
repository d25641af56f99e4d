import type { Position } from '@millrace/core/protocol'
import type { Frame } from '../channel/frame.ts'
import { BlockList } from './block-list.ts'
import { type Block, type GapBlock, encodeBlock } from './block.ts'
import { type OutputQueue, join } from './output-queue.ts'

/**
 * First in, first out; where too much waits the oldest events are given up, and one gap with their exact number stands in for
 * them, where the first of them stood.
 *
 * @see docs/protocol.md §4.2, reason `overflow`
 */
export class DropOldestQueue implements OutputQueue {
  readonly #blocks = new BlockList()
  readonly #onDropped: (missed: number) => void
  /** Events given up that the client was not told of yet. */
  #dropped = 0
  #leftAt: Position | undefined

  /** @param onDropped - Called when the client is told, with the number of events. */
  constructor(onDropped: (missed: number) => void) {
    this.#onDropped = onDropped
  }

  get bytes(): number {
    return this.#blocks.bytes
  }

  get size(): number {
    return this.#blocks.size
  }

  push(block: Block): void {
    this.#blocks.push(block)
  }

  makeRoom(maxBytes: number): boolean {
    const blocks = this.#blocks
    let place = blocks.first
    while (blocks.bytes > maxBytes) {
      while (place < blocks.end && blocks.at(place).kind !== 'entry') place++
      // The newest block stays, however large: it was never offered.
      if (place >= blocks.end - 1) break
      this.#drop(place, blocks.at(place) as Frame)
      place++
    }
    return true
  }

  take(maxBytes: number): Uint8Array {
    return join(this.#blocks.take(maxBytes).map((block) => this.#encode(block)))
  }

  clear(): void {
    this.#blocks.clear()
  }

  /** Gives up the event at a place; what lies before it is no event. */
  #drop(place: number, { entry }: Frame): void {
    this.#dropped++
    const position: Position = { epoch: entry.epoch, seq: entry.seq, tag: entry.tag }
    const gapPlace = this.#gapBefore(place)
    if (gapPlace === undefined) {
      return this.#blocks.replace(place, { kind: 'gap', reason: 'overflow', missed: 1, position })
    }
    // What an earlier gap says is worse than an overflow, or is one; and of what nobody can count, nobody knows the number.
    const { reason, missed } = this.#blocks.at(gapPlace) as GapBlock
    this.#blocks.replace(gapPlace, {
      kind: 'gap',
      reason,
      missed: missed === null ? null : missed + 1,
      position,
    })
    this.#blocks.remove(place)
  }

  #gapBefore(place: number): number | undefined {
    for (let before = place - 1; before >= this.#blocks.first; before--) {
      const { kind } = this.#blocks.at(before)
      if (kind === 'gap') return before
      // What a snapshot does not contain is missing behind it, and not before.
      if (kind === 'snapshot') return undefined
    }
    return undefined
  }

  #encode(block: Block): Uint8Array {
    if (block.kind === 'gap' && this.#dropped > 0) {
      this.#onDropped(this.#dropped)
      this.#dropped = 0
    }
    if (block.kind === 'plain') return block.bytes
    const at = block.kind === 'entry' ? block.entry : block.position
    // A gap that moved on stands before it: ids never go back.
    const isOutrun = block.kind === 'position' && this.#leftAt && this.#leftAt.seq > at.seq
    if (isOutrun) return encodeBlock({ ...block, position: this.#leftAt as Position })
    this.#leftAt = at
    return encodeBlock(block)
  }
}
