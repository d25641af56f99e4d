import { type Channel, createParser, defineStream } from '@millrace/core'
import { parseCursor, parseHighest } from '@millrace/core/protocol'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../../scripts/testing/seeded-random.ts'
import { streamRequest } from '../../test/block-reader.ts'
import { Hub } from '../hub/hub.ts'
import { memoryBackplane } from '../log/memory-backplane.ts'
import type { LatestByKey } from '../queue/slow-consumer.ts'
import { toResponse } from '../response/to-response.ts'

type Values = { value: { key: string; n: number; padding: string }; note: { n: number } }
const values = defineStream<Values>('values') as Channel<Values>
const slowConsumer: LatestByKey<Values> = {
  policy: 'latest-by-key',
  key: ({ type, data }) => (type === 'value' ? data.key : undefined),
}

const CLIENTS = 30
const EVENTS = 6000
const KEYS = 50

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What was published and not lost since: by key, the number of its newest event; and the notes, by position. */
interface Truth {
  readonly latest: Map<string, { readonly seq: number; readonly n: number }>
  readonly notes: Map<number, number>
  head: number
}

/** A client that keeps what it was shown, knows the protocol alone, and notes what must not happen. */
class LatestClient {
  readonly faults: string[] = []
  readonly shown = new Map<string, number>()
  readonly notes = new Set<number>()
  lastEventId = ''
  gaps = 0
  cuts = 0
  /** Since when the client is complete: a gap without a snapshot leaves older values as they were. */
  since = 0
  /** Up to where. */
  completeTo = 0

  async read(
    body: ReadableStream<Uint8Array>,
    { maxBytes, pace, signal }: { maxBytes: number; pace: () => number; signal: AbortSignal },
  ): Promise<void> {
    const reader = body.getReader()
    const onAbort = (): void => void reader.cancel().catch(() => undefined)
    signal.addEventListener('abort', onAbort, { once: true })
    let before = 0
    const parser = createParser({
      lastEventId: this.lastEventId,
      onId: (id) => void (this.lastEventId = id),
      onEvent: ({ type, data }) => {
        const seq = parseCursor(this.lastEventId)?.seq ?? 0
        if (
          type === 'millrace.gap' ||
          (type === 'millrace.open' && this.since === 0 && this.completeTo === 0)
        ) {
          if (type === 'millrace.gap') this.gaps++
          this.since = seq
          this.shown.clear()
          this.notes.clear()
          before = 0
        }
        if (seq < before) this.faults.push(`ids went back from ${before} to ${seq}`)
        before = seq
        this.completeTo = seq
        if (type === 'value') {
          const { key, n } = JSON.parse(data) as { key: string; n: number }
          const shown = this.shown.get(key) ?? 0
          if (n < shown) this.faults.push(`${key} went back from ${shown} to ${n}`)
          this.shown.set(key, n)
        }
        if (type === 'note') this.notes.add((JSON.parse(data) as { n: number }).n)
      },
    })
    let left = maxBytes
    while (left > 0) {
      const { done, value } = await reader.read()
      if (done) break
      parser.feed(value.subarray(0, left))
      left -= value.length
      this.onRead()
      const ms = pace()
      if (ms > 0) await sleep(ms)
    }
    signal.removeEventListener('abort', onAbort)
    if (left <= 0) this.cuts++
    parser.end()
    await reader.cancel().catch(() => undefined)
  }

  /** Called behind each chunk. */
  onRead: () => void = () => undefined

  /** Compares what is shown with what the log has. */
  judge({ latest, notes }: Truth): string[] {
    const wrong: string[] = []
    for (const [key, { seq, n }] of latest) {
      if (seq > this.since && this.shown.get(key) !== n)
        wrong.push(`${key} shows ${this.shown.get(key)}, is ${n}`)
    }
    for (const [seq, n] of notes)
      if (seq > this.since && !this.notes.has(n)) wrong.push(`note ${n} is missing`)
    return wrong
  }
}

async function underFire({ seed, rollBacks }: { seed: number; rollBacks: number }): Promise<LatestClient[]> {
  const random = seededRandom(seed)
  const backplane = memoryBackplane()
  const hub = new Hub({ backplane, history: { maxEvents: 3000 }, observer: { onError: () => undefined } })
  const truth: Truth = { latest: new Map(), notes: new Map(), head: 0 }
  const published: Array<{ key: string | undefined; n: number; seq: number }> = []
  const over = new AbortController()
  const clients = Array.from({ length: CLIENTS }, () => new LatestClient())

  /** Takes the newest entries away, as a store does that was restored from an older copy: where that hurts most. */
  const rollBack = (): void => {
    // Between what a client is complete up to and the newest value that it was shown.
    const spans = clients.flatMap(({ lastEventId }) => {
      const from = parseCursor(lastEventId)?.seq
      const highest = parseHighest(lastEventId)?.seq
      return from !== undefined && highest !== undefined ? [{ from, highest }] : []
    })
    const { from, highest } = spans[Math.floor(random() * spans.length)] ?? {
      from: truth.head - 30,
      highest: truth.head,
    }
    const to = Math.max(0, from + Math.floor(random() * (highest - from)))
    backplane.rollBack(values.channel, to)
    while ((published.at(-1)?.seq ?? 0) > to) published.pop()
    truth.latest.clear()
    truth.notes.clear()
    for (const { key, n, seq } of published) {
      if (key) truth.latest.set(key, { seq, n })
      else truth.notes.set(seq, n)
    }
    truth.head = to
  }

  const publish = async (n: number, key: string | undefined): Promise<void> => {
    const { lastEventId } = await (key === undefined
      ? hub.publish(values, { type: 'note', data: { n } })
      : hub.publish(values, { type: 'value', data: { key, n, padding: 'x'.repeat(random() * 600) } }))
    const seq = parseCursor(lastEventId)?.seq ?? 0
    published.push({ key, n, seq })
    if (key === undefined) truth.notes.set(seq, n)
    else truth.latest.set(key, { seq, n })
    truth.head = seq
  }

  const publishing = (async () => {
    const rollBackAt = new Set(Array.from({ length: rollBacks }, () => Math.floor(random() * EVENTS)))
    for (let n = 1; n <= EVENTS; n++) {
      // Ten keys are hot: half of all events are theirs.
      const key = `key ${Math.floor(random() * (random() < 0.5 ? 10 : KEYS))}`
      await publish(n, random() < 0.05 ? undefined : key)
      if (rollBackAt.has(n)) rollBack()
      if (random() < 0.1) await sleep(random() < 0.2 ? 2 : 0)
    }
    // The last one is healed by no newer value; only being told helps. The numbers that it freed are used again.
    if (rollBacks > 0) rollBack()
    for (let n = EVENTS + 1; n <= EVENTS + 500; n++) await publish(n, undefined)
    over.abort()
  })()

  const visit = async (client: LatestClient, maxBytes: number, signal: AbortSignal): Promise<void> => {
    const request = streamRequest(client.lastEventId)
    const response = await toResponse(request, values, {
      hub,
      slowConsumer,
      maxQueueBytes: 200_000,
      start: 'oldest',
    })
    // Half of all visits are a slow reader's, for whom a hundred newer values and more come in while it takes one chunk.
    const isSlow = random() < 0.5
    const pace = (): number => (signal.aborted || !isSlow ? 0 : 50 + random() * 150)
    await client.read(response.body as ReadableStream<Uint8Array>, { maxBytes, pace, signal })
  }
  const running = clients.map(async (client) => {
    await sleep(random() * 100)
    while (!over.signal.aborted) {
      await visit(client, Math.ceil(random() < 0.3 ? random() * 4000 : random() * 100_000), over.signal)
      if (random() < 0.3) await sleep(random() * 100)
    }
    // A last visit, to the end of the log.
    const caughtUp = new AbortController()
    client.onRead = () => client.completeTo >= truth.head && caughtUp.abort()
    const deadline = setTimeout(() => caughtUp.abort(), 10_000)
    while (!caughtUp.signal.aborted) await visit(client, Infinity, caughtUp.signal)
    clearTimeout(deadline)
  })
  await publishing
  await Promise.all(running)
  for (const client of clients) client.faults.push(...client.judge(truth))
  expect(hub.inspect()).toMatchObject({ streams: 0, queuedBytes: 0 })
  await hub.close()
  return clients
}

describe(`${CLIENTS} clients of the latest by key, slow ones among them, that are cut at random bytes`, () => {
  test.each([
    { seed: 1, rollBacks: 0 },
    { seed: 2, rollBacks: 0 },
    { seed: 3, rollBacks: 12 },
    { seed: 4, rollBacks: 12 },
  ])(
    'see no key without its newest value, nor go back (seed $seed, $rollBacks rollbacks)',
    { timeout: 60_000 },
    async (run) => {
      const clients = await underFire(run)
      expect(clients.flatMap(({ faults }) => faults)).toEqual([])
      expect(clients.reduce((sum, { cuts }) => sum + cuts, 0)).toBeGreaterThan(100)
      expect(clients.filter(({ gaps }) => gaps > 0).length).toBeGreaterThanOrEqual(Math.min(run.rollBacks, 5))
    },
  )
})
