import { describe, expect, test } from 'vitest'
import { judgeChannel } from './judge-channel.ts'
import type { DataLoss, EventHappening, Happening, PublishRecord } from './records.ts'

/** Events 1 to 8 of epoch `e`, made ten apart from 10 on; odd ones are values of `odd`, the others of `even`. */
const cursorOf = (n: number, tag = 'a'): string => `e.${n}.${tag}`
const made = (n: number, cursor = cursorOf(n), atMs = 10 * n): PublishRecord => ({
  n,
  firstAtMs: atMs,
  acknowledged: { cursor, repeated: false, startedAtMs: atMs, atMs: atMs + 2 },
})
const LOG = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => made(n))

/** The log went back to event 6, and other events 7 and 8 followed. */
const ROLLED_BACK: DataLoss = {
  kind: 'rolled-back',
  savedFromMs: 64,
  savedToMs: 66,
  endedAtMs: 104,
  beganAtMs: 110,
}
const LOG_ROLLED_BACK = [...LOG, made(9, cursorOf(7, 'b'), 120), made(10, cursorOf(8, 'b'), 130)]

const ask = (atMs: number, cursor = ''): Happening => ({ kind: 'request', atMs, cursor })
const fresh = (id: string): readonly Happening[] => [ask(5), { kind: 'open', atMs: 6, resume: 'fresh', id }]
const resumed = (atMs: number, cursor: string, id = cursor): readonly Happening[] => [
  ask(atMs, cursor),
  { kind: 'open', atMs: atMs + 1, resume: 'resumed', id },
]
const gap = (
  atMs: number,
  { from, reason, missed = null, to }: { from: string; reason: string; missed?: number | null; to: string },
): readonly Happening[] => [
  ask(atMs, from),
  { kind: 'open', atMs: atMs + 1, resume: 'gap', id: '' },
  { kind: 'gap', atMs: atMs + 2, reason, missed, id: to },
]
/** An event by its number, under the id that its block had when it left. */
const event = (n: number, id = cursorOf(n)): EventHappening => ({
  kind: 'event',
  n,
  id,
  seenAtMs: 10 * n + 3,
})

const NOTHING = {
  lost: 0,
  repeated: 0,
  outOfOrder: 0,
  gapsTold: 0,
  gapsWrong: 0,
  gapsUnneeded: 0,
  destroyed: 0,
}

function judge(
  story: readonly (Happening | readonly Happening[])[],
  {
    publishes = LOG,
    losses = [],
    keptEvents = 100,
  }: { publishes?: readonly PublishRecord[]; losses?: readonly DataLoss[]; keptEvents?: number } = {},
): object {
  const stories = [{ client: 1, happenings: story.flat() }]
  const { verdict, violations } = judgeChannel(
    { publishes, events: [], stories, losses },
    { keptEvents, dropsOldest: false, latestKeyOf: (n) => (n % 2 ? 'odd' : 'even') },
  )
  const { deliveries: _, recoveries: __, ...found } = verdict
  const { lost, repeated, outOfOrder, gapsWrong, gapsUnneeded } = found
  expect(violations).toHaveLength(lost + repeated + outOfOrder + gapsWrong + gapsUnneeded)
  return found
}

describe('of a channel of latest values the judge finds nothing where', () => {
  test('all come', () => {
    expect(judge([fresh('e.0.o'), LOG.map(({ n }) => event(n))])).toEqual(NOTHING)
  })

  test('newer values stand in for older ones, out of order, under ids that are true', () => {
    expect(judge([fresh('e.0.o'), event(5, 'e.1.a~5.a'), event(8, 'e.6.a~8.a'), event(7, 'e.8.a')])).toEqual(
      NOTHING,
    )
  })

  test('a resume brings a value again', () => {
    const story = [
      fresh('e.0.o'),
      event(7, 'e.3.a~7.a'),
      resumed(100, 'e.3.a~7.a'),
      event(7, 'e.3.a~7.a'),
      event(8),
    ]
    expect(judge(story)).toEqual(NOTHING)
  })

  test('a client is told of what is no longer kept, and of a log that went back behind its second position', () => {
    const trimmed = gap(100, { from: 'e.1.a', reason: 'trimmed', missed: 4, to: 'e.5.a' })
    expect(judge([fresh('e.0.o'), event(1), trimmed, event(7), event(8)], { keptEvents: 3 })).toEqual({
      ...NOTHING,
      gapsTold: 1,
    })
    const diverged = gap(140, { from: 'e.3.a~7.a', reason: 'diverged', to: 'e.8.b' })
    const rolledBack = { publishes: LOG_ROLLED_BACK, losses: [ROLLED_BACK] }
    expect(judge([fresh('e.0.o'), event(7, 'e.3.a~7.a'), diverged], rolledBack)).toEqual({
      ...NOTHING,
      gapsTold: 1,
    })
  })
})

describe('of a channel of latest values the judge finds that', () => {
  test.each<[string, readonly (Happening | readonly Happening[])[], object]>([
    ['the newest value of a key never came', [fresh('e.0.o'), event(6), event(7)], { lost: 1 }],
    ['a client never came to be anywhere', [ask(5)], { lost: 1 }],
    ['an id went back', [fresh('e.0.o'), event(7), event(8, 'e.6.a')], { outOfOrder: 1 }],
    [
      'an older value came behind a newer one',
      [fresh('e.0.o'), event(7, 'e.1.a~7.a'), event(5, 'e.5.a~7.a'), event(8)],
      { outOfOrder: 1 },
    ],
    [
      'so it did over a resume',
      [fresh('e.0.o'), event(7, 'e.1.a~7.a'), resumed(100, 'e.1.a~7.a'), event(5, 'e.5.a~7.a'), event(8)],
      { outOfOrder: 1 },
    ],
    ['a value came twice on one response', [fresh('e.0.o'), event(7), event(7), event(8)], { repeated: 1 }],
    [
      'a gap was told though everything was still there',
      [fresh('e.0.o'), event(1), gap(100, { from: 'e.1.a', reason: 'diverged', to: 'e.8.a' })],
      { gapsTold: 1, gapsUnneeded: 1 },
    ],
    [
      'what was said to be trimmed was still kept',
      [
        fresh('e.0.o'),
        event(1),
        gap(100, { from: 'e.1.a', reason: 'trimmed', missed: 4, to: 'e.5.a' }),
        event(7),
        event(8),
      ],
      { gapsTold: 1, gapsUnneeded: 1 },
    ],
    [
      'a gap came in mid-stream',
      [fresh('e.0.o'), event(1), { kind: 'gap', atMs: 90, reason: 'overflow', missed: 7, id: 'e.8.a' }],
      { gapsTold: 1, gapsWrong: 1 },
    ],
    [
      'a resume was at another position',
      [fresh('e.0.o'), event(1), resumed(100, 'e.1.a', 'e.2.a'), event(7), event(8)],
      { gapsWrong: 1 },
    ],
  ])('%s', (_, story, found) => {
    expect(judge(story)).toEqual({ ...NOTHING, ...found })
  })

  test('a client went on from a second position that a rollback took away', () => {
    const story = [
      fresh('e.0.o'),
      event(7, 'e.3.a~7.a'),
      resumed(140, 'e.3.a~7.a'),
      event(9, 'e.7.b'),
      event(10, 'e.8.b'),
    ]
    expect(judge(story, { publishes: LOG_ROLLED_BACK, losses: [ROLLED_BACK] })).toEqual({
      ...NOTHING,
      gapsWrong: 1,
      outOfOrder: 1,
    })
  })
})
