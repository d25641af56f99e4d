import { encodeComment, encodeEventBytes } from '@millrace/core'
import {
  type EndBlock,
  type GapBlock,
  type OpenBlock,
  type Position,
  type SnapshotBlock,
  END,
  GAP,
  HEARTBEAT,
  LIVE,
  OPEN,
  SNAPSHOT,
  formatCursor,
} from '@millrace/core/protocol'

const encoder = new TextEncoder()

// WebKit holds back the first 1,024 bytes of a streamed body (WebKit bug 252413), and with them the open block.
const PADDING = encoder.encode(encodeComment(' '.repeat(1024)))

/** The shortest sign of life: an empty comment. */
export const HEARTBEAT_COMMENT: Uint8Array = encoder.encode(':\n\n')

/** `millrace.open`, padded; with an id where the client is complete at that point, and the reconnection time if one is set. */
export function openFrame(block: OpenBlock, position?: Position, retryMs?: number): Uint8Array {
  const frame = encodeEventBytes({
    event: OPEN,
    data: JSON.stringify(block),
    id: position && formatCursor(position),
    retry: retryMs,
  })
  const padded = new Uint8Array(PADDING.length + frame.length)
  padded.set(PADDING)
  padded.set(frame, PADDING.length)
  return padded
}

/** `millrace.gap`; with the position that the stream goes on from, where no snapshot follows. */
export function gapFrame(block: GapBlock, position?: Position): Uint8Array {
  return protocolFrame(GAP, block, position)
}

/** `millrace.snapshot`, at a position that the state contains. */
export function snapshotFrame(block: SnapshotBlock, position: Position): Uint8Array {
  return protocolFrame(SNAPSHOT, block, position)
}

/** `millrace.live`: what came before was replayed. */
export function liveFrame(position: Position): Uint8Array {
  return protocolFrame(LIVE, {}, position)
}

/** `millrace.heartbeat`: a sign of life that moves the position on. */
export function heartbeatFrame(position: Position): Uint8Array {
  return protocolFrame(HEARTBEAT, {}, position)
}

/** `millrace.end`: there will never be more. */
export function endFrame(block: EndBlock): Uint8Array {
  return encodeEventBytes({ event: END, data: JSON.stringify(block), id: END })
}

/** A reconnection time alone: how long the client is to wait once this response has ended. */
export function retryFrame(retryMs: number): Uint8Array {
  return encodeEventBytes({ retry: Math.round(retryMs) })
}

function protocolFrame(event: string, data: object, position: Position | undefined): Uint8Array {
  const id = position ? { id: formatCursor(position) } : {}
  return encodeEventBytes({ event, data: JSON.stringify(data), ...id })
}
