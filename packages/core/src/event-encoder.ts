import { type EncodeEventOptions, type EventFields, encodeEvent } from './encode-event.ts'

/** What {@link createEventEncoder} returns: encodes one block as UTF-8. It throws what {@link encodeEvent} throws. */
export type EventEncoder = (fields: EventFields, options?: EncodeEventOptions) => Uint8Array<ArrayBuffer>

/** Size of the memory that blocks share, in bytes. */
const SLAB = 65_536
/** Blocks that may take more than this have a buffer of their own, in bytes. */
const LARGE = SLAB / 4

/**
 * Creates an encoder for many blocks that are written at once, three times as fast as {@link encodeEventBytes}: its blocks are
 * parts of slabs of 64 KiB, since finding memory for a small block takes longer than all the rest.
 *
 * A block may be written, read and copied at any time. What is kept keeps its slab. **Do not transfer a block**, neither with
 * `postMessage` nor by enqueuing it into a byte stream (`type: 'bytes'`): that takes away the memory of all blocks of its
 * slab. Blocks that may be transferred come from {@link encodeEventBytes}.
 */
export function createEventEncoder(): EventEncoder {
  let slab = new ArrayBuffer(SLAB)
  let used = 0
  return (fields, options) => {
    const block = encodeEvent(fields, options)
    // No character takes more than three bytes per code unit.
    const most = 3 * block.length
    if (most > LARGE) return encoder.encode(block)
    // A slab that somebody did transfer has no room either.
    if (used + most > slab.byteLength) {
      slab = new ArrayBuffer(SLAB)
      used = 0
    }
    const start = used
    used += encoder.encodeInto(block, new Uint8Array(slab, start)).written
    return new Uint8Array(slab, start, used - start)
  }
}

const encoder = /* @__PURE__ */ new TextEncoder()
