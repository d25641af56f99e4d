import { encodeComment, encodeEvent, encodeEventBytes } from '@millrace/core'
import {
  type EndBlock,
  type GapBlock,
  type HEARTBEAT,
  type LIVE,
  type OpenBlock,
  type SnapshotBlock,
  END,
  GAP,
  OPEN,
  SNAPSHOT,
} from '@millrace/core/protocol'

const encoder = new TextEncoder()

// WebKit holds back the first 1,024 bytes of a streamed body (WebKit bug 252413), and with them the open block.
const PADDING = encodeComment(' '.repeat(1024))

/** The shortest sign of life: an empty comment. */
export const HEARTBEAT_COMMENT: Uint8Array = encoder.encode(':\n\n')

/** What the open block carries besides its data. */
export interface OpenFrameFields {
  /** The client's position, where it is complete at that point. */
  readonly id?: string | undefined
  /** The reconnection time, in milliseconds, if one is set. */
  readonly retryMs?: number | undefined
}

const openBytesOf = keepingLast((text) => encoder.encode(PADDING + text))
const positionBytesOf = keepingLast((text) => encoder.encode(text))

/** `millrace.open`, padded. Shared by all clients: never to be changed or transferred. */
export function openFrame(block: OpenBlock, { id, retryMs }: OpenFrameFields = {}): Uint8Array {
  return openBytesOf(encodeEvent({ event: OPEN, data: JSON.stringify(block), id, retry: retryMs }))
}

/** `millrace.gap`; with the position that the stream goes on from, where no snapshot follows. */
export function gapFrame({ reason, missed }: GapBlock, id?: string): Uint8Array {
  return encodeEventBytes({ event: GAP, data: JSON.stringify({ reason, missed }), id })
}

/** `millrace.snapshot`, at a position that the state contains. */
export function snapshotFrame(block: SnapshotBlock, id: string): Uint8Array {
  return encodeEventBytes({ event: SNAPSHOT, data: JSON.stringify(block), id })
}

/** `millrace.live`: what came before was replayed. `millrace.heartbeat`: a sign of life that moves the position on. Shared, as above. */
export function positionFrame(type: typeof LIVE | typeof HEARTBEAT, id: string): Uint8Array {
  return positionBytesOf(encodeEvent({ event: type, data: '{}', id }))
}

/** `millrace.end`: there will never be more. */
export function endFrame(block: EndBlock): Uint8Array {
  return encodeEventBytes({ event: END, data: JSON.stringify(block), id: END })
}

/** A reconnection time alone: how long the client is to wait once this response has ended. */
export function retryFrame(retryMs: number): Uint8Array {
  return encodeEventBytes({ retry: Math.round(retryMs) })
}

/**
 * Makes bytes of a text, and keeps the last: whoever arrives between two events is told the same. Buffers of their own for each
 * client are soon collected, but lie between what connections keep, and leave holes there: 0.4 KB of RSS per idle stream.
 */
function keepingLast(encode: (text: string) => Uint8Array): (text: string) => Uint8Array {
  let last: { readonly text: string; readonly bytes: Uint8Array } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, bytes: encode(text) }
    return last.bytes
  }
}
