/**
 * What waits to be read by one client: whole blocks, in order, counted in bytes.
 *
 * Policies for slow clients work on this queue and on nothing else.
 */
export class OutputQueue {
  #blocks: Uint8Array[] = []
  #bytes = 0

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes
  }

  /** Blocks that wait. */
  get size(): number {
    return this.#blocks.length
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#blocks.length === 0
  }

  /** Puts a block at the end. */
  push(block: Uint8Array): void {
    this.#blocks.push(block)
    this.#bytes += block.length
  }

  /** Takes all that waits as one chunk; a single block is handed on as it is, shared by all clients. */
  takeAll(): Uint8Array {
    const [only] = this.#blocks
    const chunk = only && this.#blocks.length === 1 ? only : join(this.#blocks, this.#bytes)
    this.clear()
    return chunk
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#blocks = []
    this.#bytes = 0
  }
}

function join(blocks: readonly Uint8Array[], bytes: number): Uint8Array {
  const chunk = new Uint8Array(bytes)
  let offset = 0
  for (const block of blocks) {
    chunk.set(block, offset)
    offset += block.length
  }
  return chunk
}
