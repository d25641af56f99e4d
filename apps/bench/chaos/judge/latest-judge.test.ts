import { describe, expect, test } from 'vitest'
import { A_ROLLED_BACK } from './four-lives.ts'
import { judgeChannel } from './judge-channel.ts'
import type { DataLoss, EventHappening, Happening, PublishRecord } from './records.ts'
import { type Judgement, NO_FAULT, asks, fresh, gap, judgementOf, published, resumed } from './told-story.ts'

/** Events 1 to 8 of epoch `e`, made ten apart from 10 on; odd ones are values of `odd`, the others of `even`. */
const cursorOf = (n: number, tag = 'a'): string => `e.${n}.${tag}`
const made = (n: number, cursor = cursorOf(n), atMs = 10 * n): PublishRecord => published(n, { cursor, atMs })
const LOG = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => made(n))

/** Behind event 6, to which the log went back, other events 7 and 8. */
const LOG_ROLLED_BACK = [...LOG, made(9, cursorOf(7, 'b'), 120), made(10, cursorOf(8, 'b'), 130)]

/** An event by its number, under the id that its block had when it left. */
const event = (n: number, id = cursorOf(n)): EventHappening => ({
  kind: 'event',
  n,
  id,
  seenAtMs: 10 * n + 3,
})

function judge(
  story: readonly (Happening | readonly Happening[])[],
  {
    publishes = LOG,
    losses = [],
    keptEvents = 100,
  }: { publishes?: readonly PublishRecord[]; losses?: readonly DataLoss[]; keptEvents?: number } = {},
): Judgement {
  const stories = [{ client: 1, happenings: story.flat() }]
  const finding = judgeChannel(
    { publishes, events: [], stories, losses },
    { keptEvents, dropsOldest: false, latestKeyOf: (n) => (n % 2 ? 'odd' : 'even') },
  )
  const judgement = judgementOf(finding)
  const { lost, repeated, outOfOrder, gapsWrong, gapsUnneeded } = judgement
  expect(finding.violations).toHaveLength(lost + repeated + outOfOrder + gapsWrong + gapsUnneeded)
  return judgement
}

describe('of a channel of latest values the judge finds nothing where', () => {
  test('all come', () => {
    expect(judge([fresh(5, 'e.0.o'), LOG.map(({ n }) => event(n))])).toEqual(NO_FAULT)
  })

  test('newer values stand in for older ones, out of order, under ids that are true', () => {
    expect(
      judge([fresh(5, 'e.0.o'), event(5, 'e.1.a~5.a'), event(8, 'e.6.a~8.a'), event(7, 'e.8.a')]),
    ).toEqual(NO_FAULT)
  })

  test('a resume brings a value again', () => {
    const story = [
      fresh(5, 'e.0.o'),
      event(7, 'e.3.a~7.a'),
      resumed(100, 'e.3.a~7.a'),
      event(7, 'e.3.a~7.a'),
      event(8),
    ]
    expect(judge(story)).toEqual(NO_FAULT)
  })

  test('a client is told of what is no longer kept, and of a log that went back behind its second position', () => {
    const trimmed = gap(100, { from: 'e.1.a', reason: 'trimmed', missed: 4, to: 'e.5.a' })
    expect(judge([fresh(5, 'e.0.o'), event(1), trimmed, event(7), event(8)], { keptEvents: 3 })).toEqual({
      ...NO_FAULT,
      gapsTold: 1,
    })
    const diverged = gap(140, { from: 'e.3.a~7.a', reason: 'diverged', to: 'e.8.b' })
    const rolledBack = { publishes: LOG_ROLLED_BACK, losses: [A_ROLLED_BACK] }
    expect(judge([fresh(5, 'e.0.o'), event(7, 'e.3.a~7.a'), diverged], rolledBack)).toEqual({
      ...NO_FAULT,
      gapsTold: 1,
    })
  })
})

describe('of a channel of latest values the judge finds that', () => {
  test.each<[string, readonly (Happening | readonly Happening[])[], object]>([
    ['the newest value of a key never came', [fresh(5, 'e.0.o'), event(6), event(7)], { lost: 1 }],
    ['a client never came to be anywhere', [asks(5)], { lost: 1 }],
    ['an id went back', [fresh(5, 'e.0.o'), event(7), event(8, 'e.6.a')], { outOfOrder: 1 }],
    [
      'an older value came behind a newer one',
      [fresh(5, 'e.0.o'), event(7, 'e.1.a~7.a'), event(5, 'e.5.a~7.a'), event(8)],
      { outOfOrder: 1 },
    ],
    [
      'so it did over a resume',
      [fresh(5, 'e.0.o'), event(7, 'e.1.a~7.a'), resumed(100, 'e.1.a~7.a'), event(5, 'e.5.a~7.a'), event(8)],
      { outOfOrder: 1 },
    ],
    [
      'a value came twice on one response',
      [fresh(5, 'e.0.o'), event(7), event(7), event(8)],
      { repeated: 1 },
    ],
    [
      'a gap was told though everything was still there',
      [fresh(5, 'e.0.o'), event(1), gap(100, { from: 'e.1.a', reason: 'diverged', to: 'e.8.a' })],
      { gapsTold: 1, gapsUnneeded: 1 },
    ],
    [
      'what was said to be trimmed was still kept',
      [
        fresh(5, 'e.0.o'),
        event(1),
        gap(100, { from: 'e.1.a', reason: 'trimmed', missed: 4, to: 'e.5.a' }),
        event(7),
        event(8),
      ],
      { gapsTold: 1, gapsUnneeded: 1 },
    ],
    [
      'a gap came in mid-stream',
      [fresh(5, 'e.0.o'), event(1), { kind: 'gap', atMs: 90, reason: 'overflow', missed: 7, id: 'e.8.a' }],
      { gapsTold: 1, gapsWrong: 1 },
    ],
    [
      'a resume was at another position',
      [fresh(5, 'e.0.o'), event(1), resumed(100, 'e.1.a', 'e.2.a'), event(7), event(8)],
      { gapsWrong: 1 },
    ],
  ])('%s', (_, story, found) => {
    expect(judge(story)).toEqual({ ...NO_FAULT, ...found })
  })

  test('a client went on from a second position that a rollback took away', () => {
    const story = [
      fresh(5, 'e.0.o'),
      event(7, 'e.3.a~7.a'),
      resumed(140, 'e.3.a~7.a'),
      event(9, 'e.7.b'),
      event(10, 'e.8.b'),
    ]
    expect(judge(story, { publishes: LOG_ROLLED_BACK, losses: [A_ROLLED_BACK] })).toEqual({
      ...NO_FAULT,
      gapsWrong: 1,
      outOfOrder: 1,
    })
  })
})
