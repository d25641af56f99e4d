import { describe, expect, test } from 'vitest'
import { type ChannelPromise, judgeChannel } from './judge-channel.ts'
import { positionOf } from './position.ts'
import type { DataLoss, EventHappening, Happening, PublishRecord, Story } from './records.ts'

/**
 * A channel over four lives of its data. Entry `e.5.a` is number 5 of epoch `e`; `a` to `d` say in which life it was made.
 *
 *     life a, up to 100:    e.1.a … e.10.a, saved behind e.6.a (at 65)
 *     life b, from 110:     rolled back to e.6.a; e.7.b … e.12.b
 *     life c, from 210:     wiped; f.1.c … f.4.c
 *     life d, from 310:     rolled back to life b's save behind e.10.b, made at 165; e.11.d … e.13.d
 *
 * Each entry is published at a time of its own, ten apart, and acknowledged two later.
 */
const losses: readonly DataLoss[] = [
  { kind: 'rolled-back', savedFromMs: 64, savedToMs: 66, endedAtMs: 104, beganAtMs: 110 },
  { kind: 'wiped', endedAtMs: 204, beganAtMs: 210 },
]
const restored: DataLoss = {
  kind: 'rolled-back',
  savedFromMs: 164,
  savedToMs: 166,
  endedAtMs: 304,
  beganAtMs: 310,
}

interface Made {
  readonly cursor: string
  readonly atMs: number
}

const made = (epoch: string, tag: string, first: number, last: number, firstAtMs: number): readonly Made[] =>
  Array.from({ length: last - first + 1 }, (_, index) => ({
    cursor: `${epoch}.${first + index}.${tag}`,
    atMs: firstAtMs + 10 * index,
  }))

const LIFE_A = made('e', 'a', 1, 10, 10)
const LIFE_B = made('e', 'b', 7, 12, 130)
const LIFE_C = made('f', 'c', 1, 4, 220)
const LIFE_D = made('e', 'd', 11, 13, 320)

const recordsOf = (entries: readonly Made[]): readonly PublishRecord[] =>
  entries.map(({ cursor, atMs }, index) => ({
    n: index + 1,
    firstAtMs: atMs,
    acknowledged: { cursor, repeated: false, startedAtMs: atMs, atMs: atMs + 2 },
  }))

const ask = (atMs: number, cursor = ''): Happening => ({ kind: 'request', atMs, cursor })
const opened = (atMs: number, resume: string, id = ''): Happening => ({ kind: 'open', atMs, resume, id })
const fresh = (atMs: number, id: string): readonly Happening[] => [ask(atMs), opened(atMs + 1, 'fresh', id)]
const resumed = (atMs: number, id: string): readonly Happening[] => [
  ask(atMs, id),
  opened(atMs + 1, 'resumed', id),
]
const gap = (
  atMs: number,
  { from, reason, missed = null, to }: { from: string; reason: string; missed?: number | null; to: string },
): readonly Happening[] => [
  ask(atMs, from),
  opened(atMs + 1, 'gap'),
  { kind: 'gap', atMs: atMs + 2, reason, missed, id: to },
]
const live = (atMs: number, id: string): Happening => ({ kind: 'position', atMs, id, isLive: true })

interface Told {
  /** What was made, all of it acknowledged. */
  readonly log: readonly Made[]
  readonly losses?: readonly DataLoss[]
  readonly promise?: Partial<ChannelPromise>
  /** What happened to the client: happenings, and cursors of events that came. */
  readonly story: readonly (Happening | readonly Happening[] | string | readonly string[])[]
}

function judge({ log, losses: lost = [], promise, story }: Told): object {
  const publishes = recordsOf(log)
  const numberAt = new Map(log.map(({ cursor }, index) => [cursor, index + 1]))
  const madeAt = new Map(log.map(({ cursor, atMs }) => [cursor, atMs]))
  const events: EventHappening[] = []
  const eventOf = (cursor: string): EventHappening => {
    const [id = '', n] = cursor.split('=')
    const event: EventHappening = {
      kind: 'event',
      id,
      n: n === undefined ? (numberAt.get(id) ?? Number.NaN) : Number(n),
      seenAtMs: (madeAt.get(id) ?? 0) + 3,
    }
    events.push(event)
    return event
  }
  const happenings = story.flat().map((each) => (typeof each === 'string' ? eventOf(each) : each))
  const stories: readonly Story[] = [{ client: 1, happenings }]
  const { verdict, violations } = judgeChannel(
    { publishes, events, stories, losses: lost },
    { keptEvents: 100, dropsOldest: false, ...promise },
  )
  // Deliveries and recoveries are not what is being judged.
  const { deliveries: _, recoveries: __, ...found } = verdict
  const { lost: l, repeated, outOfOrder, gapsWrong, gapsUnneeded } = found
  expect(violations.length > 0).toBe(l + repeated + outOfOrder + gapsWrong + gapsUnneeded > 0)
  return found
}

const NOTHING = {
  lost: 0,
  repeated: 0,
  outOfOrder: 0,
  gapsTold: 0,
  gapsWrong: 0,
  gapsUnneeded: 0,
  destroyed: 0,
}

const cursors = (entries: readonly Made[], first = 1, last = Infinity): readonly string[] =>
  entries
    .map(({ cursor }) => cursor)
    .filter((cursor) => {
      const { seq = 0 } = positionOf(cursor) ?? {}
      return seq >= first && seq <= last
    })

describe('finds nothing in a story where', () => {
  test.each<[string, Told, object]>([
    ['all comes once', { log: LIFE_A, story: [fresh(5, 'e.0.o'), cursors(LIFE_A)] }, {}],
    [
      'a client begins at the head',
      { log: LIFE_A, story: [fresh(45, 'e.4.a'), live(47, 'e.4.a'), cursors(LIFE_A, 5)] },
      {},
    ],
    [
      'a client is cut and resumes',
      {
        log: LIFE_A,
        story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 4), resumed(60, 'e.4.a'), cursors(LIFE_A, 5)],
      },
      {},
    ],
    [
      'what a client missed is no longer kept',
      {
        log: LIFE_A,
        promise: { keptEvents: 4 },
        story: [
          fresh(5, 'e.0.o'),
          'e.1.a',
          gap(105, { from: 'e.1.a', reason: 'trimmed', missed: 5, to: 'e.6.a' }),
          cursors(LIFE_A, 7),
        ],
      },
      { gapsTold: 1 },
    ],
    [
      'a client that stalled is told what it lost under drop-oldest',
      {
        log: LIFE_A,
        promise: { dropsOldest: true },
        story: [
          fresh(5, 'e.0.o'),
          { kind: 'stalled' },
          cursors(LIFE_A, 1, 3),
          { kind: 'gap', atMs: 90, reason: 'overflow', missed: 4, id: 'e.7.a' },
          cursors(LIFE_A, 8),
        ],
      },
      { gapsTold: 1 },
    ],
    [
      'the log went back behind a client, which then is ahead of it',
      {
        log: [...LIFE_A, ...LIFE_B],
        losses: losses.slice(0, 1),
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A),
          gap(135, { from: 'e.10.a', reason: 'unknown', to: 'e.7.b' }),
          cursors(LIFE_B, 8),
        ],
      },
      { gapsTold: 1 },
    ],
    [
      'the log went back behind a client, and its numbers were used again',
      {
        log: [...LIFE_A, ...LIFE_B],
        losses: losses.slice(0, 1),
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A, 1, 9),
          gap(175, { from: 'e.9.a', reason: 'diverged', to: 'e.11.b' }),
          cursors(LIFE_B, 12),
        ],
      },
      { gapsTold: 1 },
    ],
    [
      'the log went back to where a client was, which cannot be told: what is gone is counted',
      {
        log: [...LIFE_A, ...LIFE_B],
        losses: losses.slice(0, 1),
        story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 5), resumed(120, 'e.5.a'), 'e.6.a', cursors(LIFE_B)],
      },
      { destroyed: 4 },
    ],
    [
      'the log began anew',
      {
        log: [...LIFE_A, ...LIFE_B, ...LIFE_C],
        losses,
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A, 1, 6),
          resumed(120, 'e.6.a'),
          cursors(LIFE_B),
          gap(225, { from: 'e.12.b', reason: 'restarted', to: 'f.0.p' }),
          cursors(LIFE_C),
        ],
      },
      { gapsTold: 1, destroyed: 4 },
    ],
    [
      'an older life came back: it is told, and replayed from the start',
      {
        log: [...LIFE_B, ...LIFE_C, ...LIFE_D],
        losses: [losses[1] as DataLoss, restored],
        story: [
          fresh(215, 'f.0.p'),
          cursors(LIFE_C),
          gap(325, { from: 'f.4.c', reason: 'restarted', to: 'e.6.x' }),
          cursors(LIFE_B, 7, 10),
          cursors(LIFE_D),
        ],
      },
      { gapsTold: 1 },
    ],
    [
      'the operator set new epochs, after some instance had gone on without',
      {
        log: [...LIFE_A, ...made('e', 'b', 7, 8, 112), ...made('g', 'n', 1, 3, 150)],
        losses: [{ ...(losses[0] as DataLoss), newEpochs: { fromMs: 128, toMs: 140 } } as DataLoss],
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A, 1, 5),
          resumed(111, 'e.5.a'),
          ['e.6.a', 'e.7.b'],
          gap(142, { from: 'e.7.b', reason: 'restarted', to: 'g.0.q' }),
          ['g.1.n', 'g.2.n', 'g.3.n'],
        ],
      },
      { gapsTold: 1 },
    ],
    [
      'entries of a lost line come late, before the client is told',
      {
        log: [...LIFE_A, ...LIFE_B],
        losses: losses.slice(0, 1),
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A, 1, 7),
          cursors(LIFE_A, 8),
          gap(190, { from: 'e.10.a', reason: 'diverged', to: 'e.12.b' }),
        ],
      },
      { gapsTold: 1 },
    ],
  ])('%s', (_, told, found) => {
    expect(judge(told)).toEqual({ ...NOTHING, ...found })
  })
})

describe('finds that', () => {
  const rolledBack = { log: [...LIFE_A, ...LIFE_B], losses: losses.slice(0, 1) }
  test.each<[string, Told, object]>([
    [
      'an entry never came',
      { log: LIFE_A, story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 3), cursors(LIFE_A, 5)] },
      { lost: 1 },
    ],
    ['the end never came', { log: LIFE_A, story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 7)] }, { lost: 3 }],
    ['a client never came to be anywhere', { log: LIFE_A, story: [ask(5), ask(50)] }, { lost: 1 }],
    [
      'an entry is missing over a resume',
      {
        log: LIFE_A,
        story: [fresh(5, 'e.0.o'), 'e.1.a', resumed(50, 'e.1.a'), cursors(LIFE_A, 3)],
      },
      { lost: 1 },
    ],
    [
      'a position was moved past entries',
      {
        log: LIFE_A,
        story: [fresh(5, 'e.0.o'), 'e.1.a', live(47, 'e.3.a'), cursors(LIFE_A, 4)],
      },
      { lost: 2 },
    ],
    [
      'a position was set back',
      {
        log: LIFE_A,
        story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 3), live(47, 'e.2.a'), cursors(LIFE_A, 3)],
      },
      { outOfOrder: 1 },
    ],
    [
      'an entry came again',
      { log: LIFE_A, story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 3), cursors(LIFE_A, 3)] },
      { repeated: 1 },
    ],
    [
      'an entry came again over a resume',
      {
        log: LIFE_A,
        story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 3), resumed(50, 'e.3.a'), cursors(LIFE_A, 3)],
      },
      { repeated: 1 },
    ],
    [
      'an entry came too late',
      {
        log: LIFE_A,
        story: [fresh(5, 'e.0.o'), ['e.1.a', 'e.3.a', 'e.2.a'], cursors(LIFE_A, 4)],
      },
      { outOfOrder: 1 },
    ],
    [
      'another event stands in an entry’s place',
      { log: LIFE_A, story: [fresh(5, 'e.0.o'), ['e.1.a', 'e.2.a=9'], cursors(LIFE_A, 3)] },
      { outOfOrder: 1 },
    ],
    [
      'an event came that nobody published',
      { log: LIFE_A, story: [fresh(5, 'e.0.o'), cursors(LIFE_A), 'e.11.a=99'] },
      { outOfOrder: 1 },
    ],
    [
      'one number stands for two entries',
      { log: [...LIFE_A, { cursor: 'e.10.z', atMs: 101 }], story: [fresh(5, 'e.0.o'), cursors(LIFE_A)] },
      { outOfOrder: 1 },
    ],
    [
      'one event came into the log twice',
      { log: LIFE_A, story: [fresh(5, 'e.0.o'), cursors(LIFE_A), 'e.11.a=10'] },
      { repeated: 1 },
    ],
    [
      'a gap has the wrong number',
      {
        log: LIFE_A,
        promise: { keptEvents: 4 },
        story: [
          fresh(5, 'e.0.o'),
          'e.1.a',
          gap(105, { from: 'e.1.a', reason: 'trimmed', missed: 4, to: 'e.6.a' }),
          cursors(LIFE_A, 7),
        ],
      },
      { gapsTold: 1, gapsWrong: 1 },
    ],
    [
      'a gap has a reason that cannot be',
      {
        log: LIFE_A,
        story: [
          fresh(5, 'e.0.o'),
          'e.1.a',
          gap(105, { from: 'e.1.a', reason: 'too-many', missed: 9, to: 'e.10.a' }),
        ],
      },
      { gapsTold: 1, gapsWrong: 1 },
    ],
    [
      'what was said to be trimmed was still kept',
      {
        log: LIFE_A,
        promise: { keptEvents: 6 },
        story: [
          fresh(5, 'e.0.o'),
          'e.1.a',
          gap(105, { from: 'e.1.a', reason: 'trimmed', missed: 4, to: 'e.5.a' }),
          cursors(LIFE_A, 6),
        ],
      },
      { gapsTold: 1, gapsUnneeded: 1 },
    ],
    [
      'nothing was lost, and a gap was told all the same',
      {
        log: LIFE_A,
        story: [
          fresh(5, 'e.0.o'),
          'e.1.a',
          gap(55, { from: 'e.1.a', reason: 'diverged', to: 'e.5.a' }),
          cursors(LIFE_A, 6),
        ],
      },
      { gapsTold: 1, gapsUnneeded: 1 },
    ],
    [
      'a rollback far above a client was told as a gap',
      {
        ...rolledBack,
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A, 1, 3),
          gap(185, { from: 'e.3.a', reason: 'diverged', to: 'e.12.b' }),
        ],
      },
      { gapsTold: 1, gapsUnneeded: 1 },
    ],
    [
      'unknown was said for what diverged',
      {
        ...rolledBack,
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A, 1, 9),
          gap(185, { from: 'e.9.a', reason: 'unknown', to: 'e.12.b' }),
        ],
      },
      { gapsTold: 1, gapsWrong: 1 },
    ],
    [
      'a log that began anew was not told of',
      {
        log: [...LIFE_B, ...LIFE_C],
        losses: [losses[1] as DataLoss],
        story: [fresh(125, 'e.6.x'), cursors(LIFE_B), resumed(215, 'e.12.b'), cursors(LIFE_C)],
      },
      { gapsWrong: 1, outOfOrder: 1 },
    ],
    [
      'numbers that were used again hid what came instead',
      {
        ...rolledBack,
        story: [fresh(5, 'e.0.o'), cursors(LIFE_A), resumed(175, 'e.10.a'), cursors(LIFE_B, 11)],
      },
      { gapsWrong: 1, lost: 4 },
    ],
    [
      'a resume took the tag of another line for its own',
      {
        ...rolledBack,
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A),
          ask(175, 'e.10.a'),
          opened(176, 'resumed', 'e.10.b'),
          cursors(LIFE_B, 11),
        ],
      },
      { gapsWrong: 2, lost: 4 },
    ],
    [
      'a client was left on a line that is gone',
      { ...rolledBack, story: [fresh(5, 'e.0.o'), cursors(LIFE_A)] },
      { lost: 6 },
    ],
    [
      'the operator set new epochs, and a client was not told',
      {
        log: [...LIFE_A, ...made('g', 'n', 1, 3, 150)],
        losses: [{ ...(losses[0] as DataLoss), newEpochs: { fromMs: 128, toMs: 140 } } as DataLoss],
        story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 5), resumed(111, 'e.5.a'), 'e.6.a'],
      },
      { lost: 3 },
    ],
    [
      'a client that read on was told of an overflow',
      {
        log: LIFE_A,
        promise: { dropsOldest: true },
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A, 1, 3),
          { kind: 'gap', atMs: 90, reason: 'overflow', missed: 4, id: 'e.7.a' },
          cursors(LIFE_A, 8),
        ],
      },
      { gapsTold: 1, gapsUnneeded: 1 },
    ],
    [
      'a gap came in mid-stream where no events are dropped',
      {
        log: LIFE_A,
        story: [
          fresh(5, 'e.0.o'),
          { kind: 'stalled' },
          cursors(LIFE_A, 1, 3),
          { kind: 'gap', atMs: 90, reason: 'overflow', missed: 4, id: 'e.7.a' },
          cursors(LIFE_A, 8),
        ],
      },
      { gapsTold: 1, gapsWrong: 1 },
    ],
    [
      'a client with a cursor was answered as if it had none',
      {
        log: LIFE_A,
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A, 1, 3),
          ask(60, 'e.3.a'),
          opened(61, 'fresh', 'e.5.a'),
          cursors(LIFE_A, 6),
        ],
      },
      { gapsWrong: 1 },
    ],
    [
      'a gap that was announced did not come',
      {
        log: LIFE_A,
        story: [
          fresh(5, 'e.0.o'),
          cursors(LIFE_A, 1, 3),
          ask(60, 'e.3.a'),
          opened(61, 'gap'),
          cursors(LIFE_A, 4),
        ],
      },
      { gapsWrong: 1 },
    ],
  ])('%s', (_, told, found) => {
    expect(judge(told)).toEqual({ ...NOTHING, ...found })
  })
})

describe('an entry that was begun before a crash and acknowledged after it is placed', () => {
  const begunBefore = (n: number, cursor: string): PublishRecord => ({
    n,
    firstAtMs: 101,
    acknowledged: { cursor, repeated: false, startedAtMs: 101, atMs: 165 },
  })
  const verdictOf = (publishes: readonly PublishRecord[], seen: readonly string[]): object => {
    const events = seen.map((id): EventHappening => {
      const n = publishes.find(({ acknowledged }) => acknowledged?.cursor === id)?.n ?? Number.NaN
      return { kind: 'event', id, n, seenAtMs: 170 }
    })
    return judgeChannel(
      {
        publishes,
        events,
        stories: [{ client: 1, happenings: [...fresh(5, 'e.0.o'), ...events] }],
        losses: losses.slice(0, 1),
      },
      { keptEvents: 100, dropsOldest: false },
    ).verdict
  }

  test('by its number: one at the end of the old line, one at the beginning of the new', () => {
    const publishes = [
      ...recordsOf([...LIFE_A, ...made('e', 'b', 7, 8, 140)]),
      begunBefore(13, 'e.11.a'),
      begunBefore(14, 'e.9.b'),
    ]
    const seen = [...cursors(LIFE_A, 1, 6), 'e.7.b', 'e.8.b', 'e.9.b']
    expect(verdictOf(publishes, seen)).toMatchObject({ ...NOTHING, destroyed: 5 })
  })

  test('in the new line, where that has none but such', () => {
    const publishes = [...recordsOf(LIFE_A), begunBefore(11, 'e.7.b'), begunBefore(12, 'e.8.b')]
    const seen = [...cursors(LIFE_A, 1, 6), 'e.7.b', 'e.8.b']
    expect(verdictOf(publishes, seen)).toMatchObject({ ...NOTHING, destroyed: 4 })
  })
})
