import { HEARTBEAT } from '@millrace/core/protocol'
import { type Block, sizeOf } from './block.ts'

/** The blocks of every list that has none; never pushed to. An array that was empty takes room for 17, and most clients wait for nothing. */
const NONE: Block[] = []

/** Blocks in a row, counted in bytes. A block has a place, a number that grows from one to the next. */
export class BlockList {
  #blocks: Block[] = NONE
  /** Index of the first block; what lies before it has left. */
  #first = 0
  /** Place of `#blocks[0]`. */
  #offset = 0
  #bytes = 0

  /** Bytes of all blocks. */
  get bytes(): number {
    return this.#bytes
  }

  /** How many blocks there are. */
  get size(): number {
    return this.#blocks.length - this.#first
  }

  /** The place of the first block. */
  get first(): number {
    return this.#offset + this.#first
  }

  /** The place behind the last block. */
  get end(): number {
    return this.#offset + this.#blocks.length
  }

  /** The block at a place from `first` to before `end`. */
  at(place: number): Block {
    return this.#blocks[place - this.#offset] as Block
  }

  /** Puts a block at the end. */
  push(block: Block): void {
    // Of heartbeats in a row the last says it all; since they count nothing, nothing else would bound them.
    if (isHeartbeat(block) && this.size > 0 && isHeartbeat(this.at(this.end - 1))) {
      return this.replace(this.end - 1, block)
    }
    if (this.#blocks === NONE) this.#blocks = [block]
    else this.#blocks.push(block)
    this.#bytes += sizeOf(block)
  }

  /** Puts a block in the place of another. */
  replace(place: number, block: Block): void {
    this.#bytes += sizeOf(block) - sizeOf(this.at(place))
    this.#blocks[place - this.#offset] = block
  }

  /** Takes a block out; those before it, few where this is used, move up by one place. */
  remove(place: number): void {
    this.#bytes -= sizeOf(this.at(place))
    this.#blocks.copyWithin(this.#first + 1, this.#first, place - this.#offset)
    this.#forgetBefore(this.#first + 1)
  }

  /** Takes the first block. */
  takeFirst(): Block {
    const block = this.at(this.first)
    this.#bytes -= sizeOf(block)
    this.#forgetBefore(this.#first + 1)
    return block
  }

  /** Takes the first blocks: one at least, and else no more than fit in `maxBytes`. */
  take(maxBytes: number): Block[] {
    let end = this.#first
    for (let bytes = 0; end < this.#blocks.length; end++) {
      bytes += sizeOf(this.#blocks[end] as Block)
      if (bytes > maxBytes && end > this.#first) break
    }
    const taken = this.#blocks.slice(this.#first, end)
    for (const block of taken) this.#bytes -= sizeOf(block)
    this.#forgetBefore(end)
    return taken
  }

  /** Forgets all. */
  clear(): void {
    this.#forgetBefore(this.#blocks.length)
    this.#bytes = 0
  }

  // Half is forgotten at a time: taking blocks one by one stays linear.
  #forgetBefore(index: number): void {
    this.#first = index
    const { length } = this.#blocks
    if (2 * index < length) return
    this.#offset += index
    this.#first = 0
    // A client that keeps up has one block at a time: its array is used again.
    if (length === 1) this.#blocks.pop()
    else this.#blocks = index === length ? NONE : this.#blocks.slice(index)
  }
}

function isHeartbeat(block: Block): boolean {
  return block.kind === 'position' && block.type === HEARTBEAT
}
