import { type Channel, defineStream } from '@millrace/core'
import { parseCursor } from '@millrace/core/protocol'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../../scripts/testing/seeded-random.ts'
import { JudgingClient, type Verdict, sumOf } from '../../test/judging-client.ts'
import { streamRequest } from '../../test/block-reader.ts'
import { UnreliableBackplane } from '../../test/unreliable-backplane.ts'
import { Hub } from '../hub/hub.ts'
import type { HubOptions } from '../hub/hub-options.ts'
import { type ToResponseOptions, toResponse } from '../response/to-response.ts'

type Ticks = { tick: { n: number } }
const ticks = defineStream<Ticks>('ticks') as Channel<Ticks>

const CLIENTS = 60
const EVENTS = 20_000
const KEPT = 400

interface Run {
  readonly seed: number
  readonly options?: (client: number) => ToResponseOptions<Ticks, undefined>
  readonly passes?: (n: number, client: number) => boolean
  /** The state that snapshots read: the number published last. */
  readonly onPublish?: (n: number, lastEventId: string) => void
  readonly hub?: HubOptions
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Has clients join, leave, be cut at random bytes and resume while events are published, and judges each by an independent log. */
async function underFire({ seed, options, passes, onPublish, hub: hubOptions }: Run): Promise<Verdict> {
  const random = seededRandom(seed)
  const hub = new Hub({ history: { maxEvents: KEPT }, observer: { onError: () => undefined }, ...hubOptions })
  const acknowledged = new Map<number, number>()
  let issued = 0
  let isOver = false
  const over = new AbortController()

  const publishing = (async () => {
    for (let n = 1; n <= EVENTS; n++) {
      issued = n
      const { lastEventId } = await hub.publish(ticks, { type: 'tick', data: { n } })
      acknowledged.set(parseCursor(lastEventId)?.seq ?? -1, n)
      onPublish?.(n, lastEventId)
      if (random() < 0.02) await sleep(random() < 0.05 ? 5 : 0)
    }
    isOver = true
  })()

  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const client = new JudgingClient({
      numberAt: (seq) => acknowledged.get(seq),
      issued: () => issued,
      kept: KEPT,
      ...(passes && { passes: (n: number) => passes(n, index) }),
    })
    const connect = async (lastEventId: string): Promise<ReadableStream<Uint8Array>> => {
      const response = await toResponse(streamRequest(lastEventId), ticks, { hub, ...options?.(index) })
      return response.body as ReadableStream<Uint8Array>
    }
    const run = async (): Promise<void> => {
      await sleep(random() * 200)
      while (!isOver) {
        const maxBytes = Math.ceil(random() < 0.3 ? random() * 1500 : random() * 200_000)
        await client.read(connect, { maxBytes, signal: over.signal })
        if (random() < 0.5) await sleep(random() * 20)
      }
      // Last visits, uncut, to the end of the log.
      const deadline = performance.now() + 20_000
      while ((client.completeTo ?? 0) < EVENTS && performance.now() < deadline) {
        const caughtUp = new AbortController()
        let hasEnded = false
        const reading = client
          .read(connect, { maxBytes: Infinity, signal: caughtUp.signal })
          .finally(() => (hasEnded = true))
        while ((client.completeTo ?? 0) < EVENTS && !hasEnded && performance.now() < deadline) await sleep(5)
        caughtUp.abort()
        await reading
      }
      client.finish(EVENTS)
    }
    return { client, run }
  })
  const running = clients.map(({ run }) => run())
  await publishing
  over.abort()
  await Promise.all(running)
  expect(acknowledged.size).toBe(EVENTS)
  expect(hub.inspect().streams).toBe(0)
  await hub.close()
  return sumOf(clients.map(({ client }) => client.verdict))
}

const clean = { lost: 0, repeated: 0, outOfOrder: 0, gapsWrong: 0, gapsUnneeded: 0 }

describe(`${CLIENTS} clients that come, go and are cut at random bytes while ${EVENTS.toLocaleString('en')} events are published`, () => {
  test.each([1, 2, 3])(
    'see each event once and in order, or are told (seed %i)',
    { timeout: 60_000 },
    async (seed) => {
      const verdict = await underFire({ seed })
      console.log(`plain, seed ${seed}:`, JSON.stringify(verdict))
      expect(verdict).toMatchObject(clean)
      expect(verdict.cuts).toBeGreaterThan(500)
      expect(verdict.gapsTold).toBeGreaterThan(0)
    },
  )

  test.each([11, 12])(
    'lose nothing over a bad line to the log (seed %i)',
    { timeout: 60_000 },
    async (seed) => {
      const verdict = await underFire({
        seed,
        hub: { backplane: new UnreliableBackplane(seed), history: { maxEvents: 4000 } },
      })
      console.log(`bad line, seed ${seed}:`, JSON.stringify(verdict))
      expect(verdict).toMatchObject(clean)
      expect(verdict.deliveries).toBeGreaterThan(100_000)
    },
  )

  test.each([4, 5])(
    'see each event that their filter passes (seed %i)',
    { timeout: 60_000 },
    async (seed) => {
      const passes = (n: number, client: number): boolean => n % 7 === client % 7
      const verdict = await underFire({
        seed,
        passes,
        options: (client) => ({ authorize: () => ({ filter: ({ data }) => passes(data.n, client) }) }),
      })
      console.log(`filtered, seed ${seed}:`, JSON.stringify(verdict))
      expect(verdict).toMatchObject(clean)
    },
  )

  test.each([6, 7])(
    'see a state that contains what its position says (seed %i)',
    { timeout: 60_000 },
    async (seed) => {
      const random = seededRandom(seed + 1000)
      let state = 0
      let stateId = ''
      const verdict = await underFire({
        seed,
        onPublish: (n, lastEventId) => {
          state = n
          stateId = lastEventId
        },
        options: (client) => ({
          snapshot: async () => {
            await sleep(random() * 4)
            // Even clients are given the position with the state, odd ones leave it to the server.
            return client % 2 === 0 && stateId ? { state, lastEventId: stateId } : { state }
          },
          authorize: () => ({ principal: String(client % 4) }),
        }),
      })
      console.log(`snapshots, seed ${seed}:`, JSON.stringify(verdict))
      expect(verdict).toMatchObject(clean)
    },
  )
})
