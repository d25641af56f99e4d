import { encodeEvent } from '@millrace/core'
import { END, GAP, LIVE, OPEN, SNAPSHOT } from '@millrace/core/protocol'
import type { EndBlock, GapBlock, OpenBlock, SnapshotBlock } from '@millrace/core/protocol'

/** The blocks of the protocol, as text: what a Millrace server writes around events. @see docs/protocol.md §4 */
export const blocks = {
  open: (data: OpenBlock, id?: string): string => block(OPEN, data, id),
  gap: (data: GapBlock, id?: string): string => block(GAP, data, id),
  snapshot: (data: SnapshotBlock, id?: string): string => block(SNAPSHOT, data, id),
  live: (id?: string): string => block(LIVE, {}, id),
  end: (data: EndBlock): string => block(END, data, END),
} as const

function block(event: string, data: object, id: string | undefined): string {
  return encodeEvent({ event, data: JSON.stringify(data), id })
}
