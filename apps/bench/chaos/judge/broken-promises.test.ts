import { describe, expect, test } from 'vitest'
import {
  A_GIVEN_NEW_EPOCHS,
  A_ROLLED_BACK,
  B_WIPED,
  LIFE_A,
  LIFE_B,
  LIFE_C,
  type Told,
  cursors,
  judge,
  made,
} from './four-lives.ts'
import { NO_FAULT, asks, fresh, gap, live, opens, resumed } from './told-story.ts'

describe('the judge finds that', () => {
  const rolledBack = { log: [...LIFE_A, ...LIFE_B], losses: [A_ROLLED_BACK] }
  test.each<[string, Told, object]>([
    [
      'an entry never came',
      { log: LIFE_A, story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 3), cursors(LIFE_A, 5)] },
      { lost: 1 },
    ],
    ['the end never came', { log: LIFE_A, story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 7)] }, { lost: 3 }],
    ['a client never came to be anywhere', { log: LIFE_A, story: [asks(5), asks(50)] }, { lost: 1 }],
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
        losses: [B_WIPED],
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
          asks(175, 'e.10.a'),
          opens(176, 'resumed', 'e.10.b'),
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
        log: [...LIFE_A, ...made('g.1.n', { last: 3, firstAtMs: 150 })],
        losses: [A_GIVEN_NEW_EPOCHS],
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
          asks(60, 'e.3.a'),
          opens(61, 'fresh', 'e.5.a'),
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
          asks(60, 'e.3.a'),
          opens(61, 'gap'),
          cursors(LIFE_A, 4),
        ],
      },
      { gapsWrong: 1 },
    ],
  ])('%s', (_, told, found) => {
    expect(judge(told)).toEqual({ ...NO_FAULT, ...found })
  })
})
