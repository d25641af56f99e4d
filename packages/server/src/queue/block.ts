import {
  type GapReason,
  type HEARTBEAT,
  type LIVE,
  type Position,
  formatCursor,
} from '@millrace/core/protocol'
import type { Frame } from '../channel/frame.ts'
import { HEARTBEAT_COMMENT, gapFrame, positionFrame } from '../channel/protocol-frames.ts'

/** A block that is sent as it is. */
export interface PlainBlock {
  readonly kind: 'plain'
  readonly bytes: Uint8Array
}

/** The state that a client begins with: nothing behind it may be moved before it. */
export interface SnapshotBlock {
  readonly kind: 'snapshot'
  readonly bytes: Uint8Array
  /** The position that the state contains. */
  readonly position: Position
}

/** Events that will not come. */
export interface GapBlock {
  readonly kind: 'gap'
  readonly reason: GapReason
  readonly missed: number | null
  /** From where the stream goes on. */
  readonly position: Position
}

/** A block whose only news is how far the client has come. */
export interface PositionBlock {
  readonly kind: 'position'
  readonly type: typeof LIVE | typeof HEARTBEAT
  readonly position: Position
}

/** One block of a response, as it waits for its client. What has an id gets it when it leaves. */
export type Block = PlainBlock | SnapshotBlock | GapBlock | PositionBlock | Frame

/** A block that is sent as it is. */
export function plainBlock(bytes: Uint8Array): PlainBlock {
  return { kind: 'plain', bytes }
}

/** The shortest sign of life. */
export const SIGN_OF_LIFE: PlainBlock = plainBlock(HEARTBEAT_COMMENT)

/** What a block counts for in a queue, in bytes. A gap or a position, of which there are few, counts nothing. */
export function sizeOf(block: Block): number {
  return 'bytes' in block ? block.bytes.length : 0
}

/**
 * A block on the wire, with the position that it came with.
 *
 * @param highest - The second position of an id, under delivery `latest`.
 */
export function encodeBlock(block: Block, highest?: Position): Uint8Array {
  if ('bytes' in block) return block.bytes
  const id = formatCursor(block.position, { highest })
  return block.kind === 'gap' ? gapFrame(block, id) : positionFrame(block.type, id)
}
