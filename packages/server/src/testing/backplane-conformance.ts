import { type Channel, EventStreamError, defineStream } from '@millrace/core'
import { formatCursor } from '@millrace/core/protocol'
import { Hub } from '../hub/hub.ts'
import type { SubscriptionGap } from '../hub/subscribe.ts'
import type { Announcement, Backplane, HistoryPolicy, ReadFrom } from '../log/backplane.ts'
import { positionBefore, recordBytes } from '../log/log-entry.ts'

/** A backplane on a store of its own, and what its tests may do to that store. */
export interface BackplaneUnderTest {
  /** The backplane. */
  readonly backplane: Backplane
  /** Another backplane on the same store, as another process would have. Left out where a store has one process only. */
  readonly another?: () => Promise<Backplane>
  /** Loses a channel's data, so that its log begins anew under another epoch. */
  readonly restart: (channel: string) => Promise<void>
  /** Takes a channel back to entry `seq`, as a restored backup does. */
  readonly rollBack: (channel: string, seq: number) => Promise<void>
  /** Called after each case. */
  readonly close?: () => Promise<void>
}

/** One case: a sentence about behaviour, and a run that throws where it does not hold. */
export interface ConformanceCase {
  /** What has to hold. */
  readonly name: string
  /** Checks it, on a backplane of its own. */
  readonly run: () => Promise<void>
}

type Numbers = { n: number }
type Item = { readonly type: 'n'; readonly data: number; readonly lastEventId: string } | SubscriptionGap

const numbers = defineStream<{ n: number }>('conformance') as Channel<Numbers>
const CHANNEL = numbers.channel
const KEEP_ALL: HistoryPolicy = { maxEvents: 100_000, maxAgeMs: 600_000, maxBytes: 1e9 }
const ALL: { readonly from: ReadFrom; readonly maxEntries: number; readonly maxBytes: number } = {
  from: 'oldest',
  maxEntries: 1e6,
  maxBytes: 1e9,
}

/**
 * The conformance suite of backplanes: memory passes it, and every other has to.
 *
 * It needs no test framework: `for (const { name, run } of backplaneConformance(create)) test(name, run)`.
 *
 * @param create - Makes a backplane on an empty store; called once per case.
 */
export function backplaneConformance(create: () => Promise<BackplaneUnderTest>): readonly ConformanceCase[] {
  const cases: ConformanceCase[] = []
  const add = (name: string, body: (subject: BackplaneUnderTest) => Promise<void>): void => {
    const run = async (): Promise<void> => {
      const subject = await create()
      try {
        await body(subject)
      } finally {
        await subject.close?.()
        await subject.backplane.close()
      }
    }
    cases.push({ name, run })
  }

  add('numbers entries from 1, each with the tag of the one before', async ({ backplane }) => {
    for (let n = 1; n <= 20; n++) await append(backplane, n)
    const { entries, base, head } = await backplane.read(CHANNEL, { ...ALL, history: KEEP_ALL })
    equal(entries.length, 20, 'entries')
    let previous = base
    for (const entry of entries) {
      equal(entry.seq, previous.seq + 1, 'seq')
      equal(entry.previousTag, previous.tag, `predecessor's tag at ${entry.seq}`)
      equal(entry.epoch, head.epoch, 'epoch')
      previous = entry
    }
    equal(formatCursor(previous), formatCursor(head), 'head')
    equal(new Set(entries.map(({ tag }) => tag)).size, 20, 'different tags')
  })

  add('keeps each of many appends made at once, where its result says it is', async ({ backplane }) => {
    const results = await Promise.all(Array.from({ length: 200 }, (_, n) => append(backplane, n)))
    const { entries } = await backplane.read(CHANNEL, { ...ALL, history: KEEP_ALL })
    equal(entries.length, 200, 'entries')
    for (const [n, { position, repeated }] of results.entries()) {
      equal(repeated, false, 'repeated')
      equal(entries[position.seq - 1]?.data, String(n), `entry ${position.seq}`)
      equal(entries[position.seq - 1]?.tag, position.tag, `tag of entry ${position.seq}`)
    }
  })

  add('appends in order what one publisher awaits in order', async ({ backplane }) => {
    for (let n = 1; n <= 50; n++) equal((await append(backplane, n)).position.seq, n, 'seq')
    const { entries } = await backplane.read(CHANNEL, { ...ALL, history: KEEP_ALL })
    equal(entries.map(({ data }) => data).join(), range(1, 50).join(), 'order')
  })

  add('appends once for an idempotency key, also when it is used twice at once', async ({ backplane }) => {
    const options = { idempotencyKey: '+order-17', history: KEEP_ALL }
    const record = { type: 'n', data: '1', id: 'order-17' }
    const [a, b] = await Promise.all([
      backplane.append(CHANNEL, record, options),
      backplane.append(CHANNEL, record, options),
    ])
    const c = await backplane.append(CHANNEL, record, options)
    equal([a, b].filter(({ repeated }) => repeated).length, 1, 'repeats of two at once')
    equal(c.repeated, true, 'a later one is a repeat')
    equal(formatCursor(a.position) === formatCursor(b.position), true, 'same position')
    equal(formatCursor(c.position), formatCursor(a.position), 'position of the repeat')
    equal((await backplane.read(CHANNEL, { ...ALL, history: KEEP_ALL })).entries.length, 1, 'entries')
  })

  add('appends each time without an idempotency key, also the same record', async ({ backplane }) => {
    const record = { type: 'n', data: '1' }
    const first = await backplane.append(CHANNEL, record, { history: KEEP_ALL })
    const second = await backplane.append(CHANNEL, record, { history: KEEP_ALL })
    equal(
      [first, second].some(({ repeated }) => repeated),
      false,
      'repeated',
    )
    equal([first.position.seq, second.position.seq].join(), '1,2', 'numbers')
  })

  add('keeps an id, type and data as they were given', async ({ backplane }) => {
    const data = 'two\nlines, \u{1F600}, "quotes", and \u2028'
    await backplane.append(
      CHANNEL,
      { type: 'ä type', data, id: 'i-1' },
      { idempotencyKey: 'k', history: KEEP_ALL },
    )
    const { entries } = await backplane.read(CHANNEL, { ...ALL, history: KEEP_ALL })
    equal(
      JSON.stringify([entries[0]?.type, entries[0]?.data, entries[0]?.id]),
      JSON.stringify(['ä type', data, 'i-1']),
      'record',
    )
  })

  add(
    'announces every append to each tail of its channel, in order, until it is stopped',
    async (subject) => {
      const { backplane } = subject
      const heard: number[] = []
      const stop = await backplane.tail(CHANNEL, (announcement) => hear(heard, announcement))
      const foreign: number[] = []
      const stopForeign = await backplane.tail('another', (announcement) => hear(foreign, announcement))
      for (let n = 1; n <= 100; n++) await append(backplane, n)
      await until(() => heard.length >= 100, 'announcements')
      equal(heard.join(), range(1, 100).join(), 'announced')
      stop()
      stop()
      await append(backplane, 101)
      await settle()
      equal(heard.length, 100, 'announced after the tail was stopped')
      equal(foreign.length, 0, 'announced on another channel')
      stopForeign()
    },
  )

  add('announces to tails of every instance', async ({ backplane, another }) => {
    const other = (await another?.()) ?? backplane
    const heard: number[] = []
    const stop = await other.tail('millrace.control', (announcement) => hear(heard, announcement))
    const history = { maxEvents: 0, maxAgeMs: 0, maxBytes: 0 }
    for (let n = 1; n <= 10; n++) {
      await backplane.append('millrace.control', { type: 'n', data: String(n) }, { history })
    }
    await until(() => heard.length >= 10, 'announcements at another instance')
    equal(heard.join(), range(1, 10).join(), 'announced')
    stop()
    if (other !== backplane) await other.close()
  })

  add(
    'reads from a number, from the head, from the oldest, or the last few, within its limits',
    async ({ backplane }) => {
      for (let n = 1; n <= 30; n++) await append(backplane, n)
      const read = async (from: ReadFrom, limits: { maxEntries?: number; maxBytes?: number } = {}) =>
        (await backplane.read(CHANNEL, { ...ALL, from, history: KEEP_ALL, ...limits })).entries
          .map(({ seq }) => seq)
          .join()
      equal(await read({ seq: 25 }), '26,27,28,29,30', 'behind a number')
      equal(await read({ seq: 30 }), '', 'behind the head')
      equal(await read({ seq: 99 }), '', 'ahead of the head')
      equal(await read('head'), '', 'at the head')
      equal(await read({ last: 2 }), '29,30', 'the last two')
      equal(await read({ last: 999 }), range(1, 30).join(), 'the last of more than there are')
      equal(await read('oldest', { maxEntries: 3 }), '1,2,3', 'at most three')
      equal(await read('oldest', { maxBytes: 1 }), '1', 'one entry, however large')
      equal(
        await read('oldest', { maxBytes: 2 * recordBytes({ type: 'n', data: '1' }) }),
        '1,2',
        'two by bytes',
      )
    },
  )

  add('counts the bytes from what was asked for to the head', async ({ backplane }) => {
    for (let n = 1; n <= 9; n++) await append(backplane, n)
    const one = recordBytes({ type: 'n', data: '1' })
    const bytes = async (from: ReadFrom) =>
      (await backplane.read(CHANNEL, { from, maxEntries: 1, maxBytes: 1, history: KEEP_ALL })).bytesToHead
    equal(await bytes('oldest'), 9 * one, 'of all')
    equal(await bytes({ seq: 7 }), 2 * one, 'of the last two')
    equal(await bytes('head'), 0, 'of none')
  })

  add(
    'keeps at least as many entries as its history says, and tells where it begins',
    async ({ backplane }) => {
      const history = { ...KEEP_ALL, maxEvents: 10 }
      for (let n = 1; n <= 2000; n++) await append(backplane, n, history)
      const page = await backplane.read(CHANNEL, { ...ALL, from: { seq: 5 }, history })
      const [oldest] = page.entries
      if (!oldest) throw new Error('nothing is kept')
      equal(
        page.entries.length >= 10 && page.entries.length < 1000,
        true,
        `entries kept: ${page.entries.length}`,
      )
      equal(formatCursor(page.base), formatCursor(positionBefore(oldest)), 'base')
      equal(page.head.seq, 2000, 'head')
      equal(page.entries.at(-1)?.seq, 2000, 'newest entry kept')
    },
  )

  add('keeps no entry longer than its history says', async ({ backplane }) => {
    const history = { ...KEEP_ALL, maxAgeMs: 60 }
    await append(backplane, 1, history)
    await sleep(120)
    await append(backplane, 2, history)
    const page = await backplane.read(CHANNEL, { ...ALL, history })
    equal(page.entries.map(({ seq }) => seq).join(), '2', 'entries kept')
    equal(page.base.seq, 1, 'base')
    await sleep(120)
    const empty = await backplane.read(CHANNEL, { ...ALL, history })
    equal(empty.entries.length, 0, 'entries kept later')
    equal(formatCursor(empty.base), formatCursor(empty.head), 'base of an empty log')
    equal(empty.head.seq, 2, 'head of an empty log')
  })

  add('gives a channel that nobody wrote to a head at 0, and keeps it', async ({ backplane }) => {
    const before = await backplane.read(CHANNEL, { ...ALL, history: KEEP_ALL })
    equal(before.head.seq, 0, 'head')
    await append(backplane, 1)
    const { entries } = await backplane.read(CHANNEL, { ...ALL, history: KEEP_ALL })
    equal(entries[0]?.epoch, before.head.epoch, 'epoch')
    equal(entries[0]?.previousTag, before.head.tag, 'tag of position 0')
  })

  add('lets readers join while others publish, without a hole or a repeat', async ({ backplane }) => {
    const hub = new Hub({ backplane, history: KEEP_ALL })
    const total = 600
    const publishing = (async () => {
      for (let n = 1; n <= total; n++) {
        await hub.publish(numbers, { type: 'n', data: n })
        if (n % 40 === 0) await sleep(1)
      }
    })()
    const readers = range(0, 19).map(async (index) => {
      await sleep(index)
      return collect(hub, { start: 'oldest' }, (item) => item.type === 'n' && item.data === total)
    })
    await publishing
    for (const items of await Promise.all(readers)) expectRun(items, 1, total)
  })

  add('lets a reader resume behind any entry', async ({ backplane }) => {
    const hub = new Hub({ backplane, history: KEEP_ALL })
    const cursors: string[] = []
    for (let n = 1; n <= 40; n++)
      cursors.push((await hub.publish(numbers, { type: 'n', data: n })).lastEventId)
    for (const [index, lastEventId] of cursors.entries()) {
      if (index === 39) continue
      expectRun(
        await collect(hub, { lastEventId }, (item) => item.type === 'n' && item.data === 40),
        index + 2,
        40,
      )
    }
  })

  add('feeds a slow reader everything', async ({ backplane }) => {
    const hub = new Hub({ backplane, history: KEEP_ALL })
    const items: Item[] = []
    const reading = (async () => {
      for await (const item of hub.subscribe(numbers, { start: 'oldest' })) {
        items.push(item)
        if (items.length % 100 === 0) await sleep(2)
        if (item.type === 'n' && item.data === 3000) return
      }
    })()
    for (let n = 1; n <= 3000; n++) await hub.publish(numbers, { type: 'n', data: n })
    await within(reading, 'the slow reader')
    expectRun(items, 1, 3000)
  })

  add('tells a reader whose place was trimmed how many it missed', async ({ backplane }) => {
    const hub = new Hub({ backplane, history: { ...KEEP_ALL, maxEvents: 10 } })
    const { lastEventId } = await hub.publish(numbers, { type: 'n', data: 1 })
    for (let n = 2; n <= 2000; n++) await hub.publish(numbers, { type: 'n', data: n })
    const [first, ...rest] = await collect(
      hub,
      { lastEventId },
      (item) => item.type === 'n' && item.data === 2000,
    )
    if (first?.type !== 'millrace.gap') throw new Error(`expected a gap first, got ${JSON.stringify(first)}`)
    equal(first.data.reason, 'trimmed', 'reason')
    expectRun(rest, 2 + (first.data.missed ?? -1), 2000)
  })

  add(
    'tells a reader when the log began anew, and goes on from its start',
    async ({ backplane, restart }) => {
      const hub = new Hub({ backplane, history: KEEP_ALL })
      let lastEventId = ''
      for (let n = 1; n <= 10; n++) ({ lastEventId } = await hub.publish(numbers, { type: 'n', data: n }))
      await restart(CHANNEL)
      for (let n = 11; n <= 30; n++) await hub.publish(numbers, { type: 'n', data: n })
      const [first, ...rest] = await collect(
        hub,
        { lastEventId },
        (item) => item.type === 'n' && item.data === 30,
      )
      equal(JSON.stringify(first?.data), '{"reason":"restarted","missed":null}', 'first')
      expectRun(rest, 11, 30)
    },
  )

  add(
    'tells a reader when the log was rolled back, also when its numbers were used again',
    async (subject) => {
      const { backplane, rollBack } = subject
      const hub = new Hub({ backplane, history: KEEP_ALL })
      let lastEventId = ''
      for (let n = 1; n <= 15; n++) ({ lastEventId } = await hub.publish(numbers, { type: 'n', data: n }))
      await rollBack(CHANNEL, 10)
      for (let n = 101; n <= 110; n++) await hub.publish(numbers, { type: 'n', data: n })
      const items = collect(hub, { lastEventId }, (item) => item.type === 'n' && item.data === 111)
      await settle()
      await hub.publish(numbers, { type: 'n', data: 111 })
      const [first, ...rest] = await items
      equal(JSON.stringify(first?.data), '{"reason":"diverged","missed":null}', 'first')
      expectRun(rest, 111, 111)
    },
  )

  add('tells a reader who is live when the log is rolled back under it', async ({ backplane, rollBack }) => {
    const hub = new Hub({ backplane, history: KEEP_ALL })
    const items: Item[] = []
    const reading = collect(hub, {}, (item) => item.type === 'n' && item.data === 120, items)
    await settle()
    for (let n = 1; n <= 15; n++) await hub.publish(numbers, { type: 'n', data: n })
    await until(() => items.length === 15, 'live events')
    await rollBack(CHANNEL, 10)
    await settle()
    for (let n = 101; n <= 120; n++) await hub.publish(numbers, { type: 'n', data: n })
    await reading
    expectRun(items.slice(0, 15), 1, 15)
    equal(items[15]?.type, 'millrace.gap', 'told')
  })

  add('refuses everything once it is closed, and announces nothing', async ({ backplane }) => {
    const heard: number[] = []
    await backplane.tail(CHANNEL, (announcement) => hear(heard, announcement))
    await backplane.close()
    await backplane.close()
    const calls = [
      () => append(backplane, 1),
      () => backplane.read(CHANNEL, { ...ALL, history: KEEP_ALL }),
      () => backplane.tail(CHANNEL, () => undefined),
    ]
    for (const call of calls) {
      const error = await call().then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      equal(EventStreamError.is(error) ? error.code : String(error), 'closed', 'error')
    }
    equal(heard.length, 0, 'announced')
    equal(backplane.state, 'down', 'state')
  })

  return cases
}

function append(
  backplane: Backplane,
  n: number,
  history: HistoryPolicy = KEEP_ALL,
): ReturnType<Backplane['append']> {
  return backplane.append(CHANNEL, { type: 'n', data: String(n) }, { history })
}

function hear(heard: number[], announcement: Announcement): void {
  if (announcement.kind === 'entry') heard.push(Number(announcement.entry.data))
}

/** Reads until an item is the last one wanted. */
async function collect(
  hub: Hub,
  options: Parameters<Hub['subscribe']>[1],
  isLast: (item: Item) => boolean,
  items: Item[] = [],
): Promise<Item[]> {
  const reading = (async () => {
    for await (const item of hub.subscribe(numbers, options)) {
      items.push(item)
      if (isLast(item)) break
    }
    return items
  })()
  return within(reading, `a reader, after ${JSON.stringify(options)}`)
}

function expectRun(items: readonly Item[], first: number, last: number): void {
  for (const [index, item] of items.entries()) {
    equal(item.type === 'n' ? item.data : JSON.stringify(item), first + index, `item ${index}`)
  }
  equal(items.length, last - first + 1, `items from ${first} to ${last}`)
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected)) return
  throw new Error(`${what}: expected ${shorten(expected)}, got ${shorten(actual)}`)
}

function shorten(value: unknown): string {
  const text = String(value)
  return text.length > 400 ? `${text.slice(0, 200)} … ${text.slice(-200)}` : text
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5000
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`)
    await sleep(2)
  }
}

async function within<Result>(work: Promise<Result>, what: string): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out: ${what}`)), 5000)
  })
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer))
}

/** Long enough for an announcement to arrive on any store on the same machine. */
const settle = (): Promise<void> => sleep(30)

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
