import { describe, expect, test } from 'vitest'
import { A_ROLLED_BACK, LIFE_A, cursors, made, recordsOf } from './four-lives.ts'
import { judgeChannel } from './judge-channel.ts'
import type { EventHappening, PublishRecord } from './records.ts'
import { NO_FAULT, fresh } from './told-story.ts'

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
        losses: [A_ROLLED_BACK],
      },
      { keptEvents: 100, dropsOldest: false },
    ).verdict
  }

  test('by its number: one at the end of the old line, one at the beginning of the new', () => {
    const publishes = [
      ...recordsOf([...LIFE_A, ...made('e.7.b', { last: 8, firstAtMs: 140 })]),
      begunBefore(13, 'e.11.a'),
      begunBefore(14, 'e.9.b'),
    ]
    const seen = [...cursors(LIFE_A, 1, 6), 'e.7.b', 'e.8.b', 'e.9.b']
    expect(verdictOf(publishes, seen)).toMatchObject({ ...NO_FAULT, destroyed: 5 })
  })

  test('in the new line, where that has none but such', () => {
    const publishes = [...recordsOf(LIFE_A), begunBefore(11, 'e.7.b'), begunBefore(12, 'e.8.b')]
    const seen = [...cursors(LIFE_A, 1, 6), 'e.7.b', 'e.8.b']
    expect(verdictOf(publishes, seen)).toMatchObject({ ...NO_FAULT, destroyed: 4 })
  })
})
