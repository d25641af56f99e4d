import { parseCursor } from '@millrace/core/protocol'
import { describe, expect, test } from 'vitest'
import { streamRequest } from '../../test/block-reader.ts'
import { JudgingClient } from '../../test/judging-client.ts'
import { type Ticks, createHub, ticks } from '../../test/create-hub.ts'
import { type ToResponseOptions, toResponse } from '../response/to-response.ts'

const KEPT = 6
const LAST = 12

/** A log of twelve events of which six are kept, and a client that first reads up to `seen`, then is cut after `bytes`, then reads on. */
async function cutAfter(
  bytes: number,
  { seen, options }: { seen: number | undefined; options: ToResponseOptions<Ticks, undefined> },
) {
  const hub = createHub({ history: { maxEvents: KEPT } })
  const numbers = new Map<number, number>()
  const cursors: string[] = []
  const publish = async (n: number): Promise<void> => {
    cursors[n] = (await hub.publish(ticks, { type: 'tick', data: { n } })).lastEventId
    numbers.set(parseCursor(cursors[n])?.seq ?? -1, n)
  }
  const client = new JudgingClient({
    numberAt: (seq) => numbers.get(seq),
    issued: () => numbers.size,
    kept: KEPT,
  })
  const connect = async (lastEventId: string): Promise<ReadableStream<Uint8Array>> =>
    (await toResponse(streamRequest(lastEventId), ticks, { hub, ...options }))
      .body as ReadableStream<Uint8Array>
  const readTo = async (seq: number): Promise<void> => {
    const caughtUp = new AbortController()
    const reading = client.read(connect, { maxBytes: Infinity, signal: caughtUp.signal })
    for (let waits = 0; (client.completeTo ?? -1) < seq && waits < 1000; waits++)
      await new Promise((resolve) => setTimeout(resolve))
    caughtUp.abort()
    await reading
  }
  for (let n = 1; n <= LAST; n++) {
    await publish(n)
    if (n === seen) await readTo(n)
  }
  const before = client.verdict.cuts
  const over = new AbortController()
  const isWhole = new Promise<void>((resolve) => setTimeout(resolve, 500))
  await Promise.race([client.read(connect, { maxBytes: bytes, signal: over.signal }), isWhole])
  over.abort()
  const wasCut = client.verdict.cuts > before
  await readTo(LAST)
  client.finish(LAST)
  return { verdict: client.verdict, completeTo: client.completeTo, wasCut }
}

describe('a client that is cut after any byte', () => {
  test.each([
    ['a fresh visit', { seen: undefined, options: { start: 'oldest' } }],
    ['a resume', { seen: 9, options: {} }],
    ['a gap', { seen: 3, options: {} }],
    ['a snapshot', { seen: undefined, options: { snapshot: () => ({ state: LAST }) } }],
    ['a gap with a snapshot', { seen: 3, options: { snapshot: () => ({ state: LAST }) } }],
  ] as const)('of %s ends up complete', { timeout: 60_000 }, async (_, visit) => {
    // The padding of the open block is one comment; a few cuts in it stand for all.
    const places = [1, 2, 500, ...Array.from({ length: 900 }, (_unused, index) => 1000 + index)]
    let cuts = 0
    for (const bytes of places) {
      const { verdict, completeTo, wasCut } = await cutAfter(bytes, visit)
      expect({ bytes, completeTo, ...verdict }).toMatchObject({
        bytes,
        completeTo: LAST,
        lost: 0,
        repeated: 0,
        outOfOrder: 0,
        gapsWrong: 0,
        gapsUnneeded: 0,
      })
      if (wasCut) cuts++
      // Past the end of what the response has, there is nothing to cut.
      else break
    }
    expect(cuts).toBeGreaterThan(150)
  })
})
