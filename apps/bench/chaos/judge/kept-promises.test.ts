import { describe, expect, test } from 'vitest'
import {
  A_GIVEN_NEW_EPOCHS,
  A_ROLLED_BACK,
  B_RESTORED,
  B_WIPED,
  LIFE_A,
  LIFE_B,
  LIFE_C,
  LIFE_D,
  type Told,
  cursors,
  judge,
  made,
} from './four-lives.ts'
import { NO_FAULT, fresh, gap, live, resumed } from './told-story.ts'

describe('the judge finds nothing in a story where', () => {
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
        losses: [A_ROLLED_BACK],
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
        losses: [A_ROLLED_BACK],
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
        losses: [A_ROLLED_BACK],
        story: [fresh(5, 'e.0.o'), cursors(LIFE_A, 1, 5), resumed(120, 'e.5.a'), 'e.6.a', cursors(LIFE_B)],
      },
      { destroyed: 4 },
    ],
    [
      'the log began anew',
      {
        log: [...LIFE_A, ...LIFE_B, ...LIFE_C],
        losses: [A_ROLLED_BACK, B_WIPED],
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
        losses: [B_WIPED, B_RESTORED],
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
        log: [
          ...LIFE_A,
          ...made('e.7.b', { last: 8, firstAtMs: 112 }),
          ...made('g.1.n', { last: 3, firstAtMs: 150 }),
        ],
        losses: [A_GIVEN_NEW_EPOCHS],
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
        losses: [A_ROLLED_BACK],
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
    expect(judge(told)).toEqual({ ...NO_FAULT, ...found })
  })
})
