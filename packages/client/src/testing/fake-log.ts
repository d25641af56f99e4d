import { encodeEvent } from '@millrace/core'
import type { Channel } from '@millrace/core'
import { formatCursor, isApplicationId, isEventType } from '@millrace/core/protocol'
import { isReservedType, parseCursor } from '@millrace/core/protocol'
import type { GapBlock, OpenBlock, Position } from '@millrace/core/protocol'
import { blocks } from './fake-blocks.ts'
import type { FakeEvent } from './fake-source.ts'

/** Where clients begin that send no position: behind everything, or before it. */
export type FakeStart = 'head' | 'oldest'

/** How a log answers a client. */
export interface FakeLogOptions {
  /** Where clients begin that send no position. */
  readonly start: FakeStart
  /** The state that fresh clients get, and those behind a gap; none where the channel has no snapshot. */
  readonly snapshot: (() => unknown) | undefined
  /** What the open block says. */
  readonly opening: Omit<OpenBlock, 'resume'>
}

/** The log of a fake channel, with positions that tests can foresee: `prices.3.t3` is the third entry of `prices`. */
export interface FakeLog {
  /** The id of the newest position. */
  readonly head: string
  /**
   * Keeps an event. Returns its id and its block.
   *
   * @throws {TypeError} If its type is missing or reserved, or its id is none that an application may give.
   * @throws What the contract throws where it refuses the data.
   */
  append(event: FakeEvent): { readonly id: string; readonly block: string }
  /**
   * Judges a position, and writes what a client is answered that sends it.
   *
   * @param gap - Makes a gap of it, whatever the position, from which the stream goes on at the head.
   */
  answer(lastEventId: string, gap?: GapBlock): string
}

/** Creates the log of a channel. It keeps everything, for as long as the test does. */
export function createFakeLog(channel: Channel, { start, snapshot, opening }: FakeLogOptions): FakeLog {
  // Another channel has another epoch, as far as its name tells: a client that brings a foreign position is to notice.
  const epoch = channel.channel.replace(/[^\w-]+/g, '-').slice(0, 24)
  const entries: string[] = []
  const positionOf = (seq: number): Position => ({ epoch, seq, tag: `t${seq}` })
  const idOf = (seq: number): string => formatCursor(positionOf(seq))

  /** Where a client goes on, and why not behind its position, if it cannot. */
  function judge(lastEventId: string): { readonly from: number; readonly gap?: GapBlock } {
    const head = entries.length
    if (!lastEventId) return { from: start === 'oldest' ? 0 : head }
    const cursor = parseCursor(lastEventId)
    if (cursor && cursor.epoch !== epoch) return { from: 0, gap: { reason: 'restarted', missed: null } }
    const isKnown = cursor && cursor.seq <= head && cursor.tag === positionOf(cursor.seq).tag
    return isKnown ? { from: cursor.seq } : { from: head, gap: { reason: 'unknown', missed: null } }
  }

  return {
    get head() {
      return idOf(entries.length)
    },
    append({ type, data, id: applicationId }) {
      if (!isEventType(type) || isReservedType(type)) {
        throw new TypeError(`emit: no event can have the type ${JSON.stringify(type)}`)
      }
      if (applicationId !== undefined && !isApplicationId(applicationId)) {
        throw new TypeError(
          `emit: id must be 1 to 64 of A-Za-z0-9_-, received ${JSON.stringify(applicationId)}`,
        )
      }
      const seq = entries.length + 1
      const id = formatCursor(positionOf(seq), { id: applicationId })
      const block = encodeEvent({ event: type, data: channel.encode(type, data), id })
      entries.push(block)
      return { id, block }
    },
    answer(lastEventId, orderedGap) {
      const { from, gap } = orderedGap ? { from: entries.length, gap: orderedGap } : judge(lastEventId)
      const resume = gap ? 'gap' : lastEventId ? 'resumed' : 'fresh'
      const hasSnapshot = snapshot !== undefined && resume !== 'resumed'
      // A snapshot contains everything up to the head.
      const goesOnFrom = hasSnapshot ? entries.length : from
      // Who processed a block is complete up to its id, and not so while a snapshot or a gap is still to come.
      return [
        blocks.open({ resume, ...opening }, gap || hasSnapshot ? undefined : idOf(from)),
        gap && blocks.gap(hasSnapshot ? { ...gap, missed: null } : gap, hasSnapshot ? undefined : idOf(from)),
        hasSnapshot && blocks.snapshot({ state: snapshot() }, idOf(goesOnFrom)),
        ...entries.slice(goesOnFrom),
        blocks.live(idOf(entries.length)),
      ]
        .filter((block) => typeof block === 'string')
        .join('')
    },
  }
}
