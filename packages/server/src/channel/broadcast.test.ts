import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../../scripts/testing/seeded-random.ts'
import type { LogEntry } from '../log/log-entry.ts'
import { type Flushable, FlushScheduler } from '../session/flush-scheduler.ts'
import { Broadcast } from './broadcast.ts'
import type { FeedMember } from './feed-member.ts'

const entry = (seq: number, data = 'x'): LogEntry => ({
  type: 'tick',
  data,
  epoch: 'e',
  seq,
  tag: `t${seq}`,
  previousTag: `t${seq - 1}`,
  atMs: 0,
})
const numbers = (from: number, upTo: number): number[] =>
  Array.from({ length: upTo - from + 1 }, (_, index) => from + index)

/** A member that notes what it is handed; `onSeq` is what it does then. */
function noting(onSeq: (seq: number) => void = () => undefined): FeedMember & { readonly heard: unknown[] } {
  const heard: unknown[] = []
  return {
    heard,
    onEntry: ({ seq }) => {
      heard.push(seq)
      onSeq(seq)
    },
    onBreak: () => undefined,
    onFail: (error) => void heard.push(String(error)),
  }
}

/** A broadcast whose turns come when the test says so. */
function createScene(maxBytes = 1e6): {
  readonly broadcast: Broadcast
  /** Gives it its turn, if it asked for one. Returns whether it had. */
  readonly turn: () => boolean
} {
  const asked: Flushable[] = []
  const broadcast = new Broadcast({ schedule: (target) => asked.push(target), maxBytes })
  return {
    broadcast,
    turn: () => {
      const target = asked.shift()
      expect(asked).toEqual([])
      target?.flush()
      return target !== undefined
    },
  }
}

describe('a broadcast', () => {
  test('hands nothing on within the tick, and then some members at a time', () => {
    const { broadcast, turn } = createScene()
    const members = Array.from({ length: 100 }, () => noting())
    for (const member of members) broadcast.add(member, 0)
    broadcast.push(entry(1))
    const handedTo = (): number => members.filter(({ heard }) => heard.length > 0).length
    const counts = [handedTo()]
    while (turn()) counts.push(handedTo())
    expect(counts).toEqual([0, 32, 64, 96, 100])
  })

  test('gives a member at its turn all that it lacks, also what came while others had theirs', () => {
    const { broadcast, turn } = createScene()
    const [first, last] = [noting(), noting()]
    broadcast.add(first, 0)
    for (const member of Array.from({ length: 40 }, () => noting())) broadcast.add(member, 0)
    broadcast.add(last, 0)
    broadcast.push(entry(1))
    broadcast.push(entry(2))
    turn()
    broadcast.push(entry(3))
    expect([first.heard, last.heard]).toEqual([[1, 2], []])
    turn()
    expect([first.heard, last.heard]).toEqual([
      [1, 2],
      [1, 2, 3],
    ])
    while (turn());
    expect([first.heard, last.heard]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
  })

  test.each([1, 2, 3, 4])(
    'hands each entry once and in order to whoever comes and goes between turns (seed %i)',
    (seed) => {
      const random = seededRandom(seed)
      const { broadcast, turn } = createScene(10_000)
      const all: Array<{ readonly member: ReturnType<typeof noting>; readonly from: number; upTo?: number }> =
        []
      let head = 0
      for (let step = 0; step < 3000; step++) {
        const chance = random()
        if (chance < 0.3) broadcast.push(entry(++head, 'x'.repeat(Math.floor(random() * 1000))))
        else if (chance < 0.55) turn()
        else if (chance < 0.85) {
          const member = noting()
          broadcast.add(member, head)
          all.push({ member, from: head + 1 })
        } else {
          const left = all[Math.floor(random() * all.length)]
          if (!left || left.upTo !== undefined) continue
          broadcast.remove(left.member)
          left.upTo = Number(left.member.heard.at(-1) ?? left.from - 1)
        }
      }
      while (turn());
      expect(all.length).toBeGreaterThan(500)
      for (const { member, from, upTo = head } of all) expect(member.heard).toEqual(numbers(from, upTo))
    },
  )

  test('hands no more to a member that leaves, is taken out by another, or throws', () => {
    const { broadcast, turn } = createScene()
    const leaving = noting(() => broadcast.remove(leaving))
    const throwing = noting((seq) => {
      if (seq === 2) throw new Error('broken')
    })
    const takenOut = noting()
    const other = noting((seq) => seq === 2 && broadcast.remove(takenOut))
    for (const member of [leaving, throwing, other, takenOut]) broadcast.add(member, 0)
    for (const seq of [1, 2, 3]) broadcast.push(entry(seq))
    while (turn());
    expect([leaving, throwing, other, takenOut].map(({ heard }) => heard)).toEqual([
      [1],
      [1, 2, 'Error: broken'],
      [1, 2, 3],
      [],
    ])
  })

  test.each([
    ['in its turn', 1e6],
    ['when more waits than may', 100],
    ['when all is handed on at once', 1e9],
  ])(
    'hands what a member publishes, who is being handed to %s, behind what it was published for',
    (_, maxBytes) => {
      const { broadcast, turn } = createScene(maxBytes)
      let head = 1
      const publishing = noting((seq) => seq < 5 && broadcast.push(entry(++head)))
      const other = noting()
      for (const member of [publishing, other]) broadcast.add(member, 0)
      broadcast.push(entry(1))
      if (maxBytes === 1e9) broadcast.handOnAll()
      while (turn());
      expect([publishing.heard, other.heard]).toEqual([numbers(1, 5), numbers(1, 5)])
    },
  )

  test('hands on at once when more waits than may, but never over a single entry', () => {
    const { broadcast, turn } = createScene(1000)
    const member = noting()
    broadcast.add(member, 0)
    broadcast.push(entry(1, 'x'.repeat(5000)))
    expect(member.heard).toEqual([])
    broadcast.push(entry(2))
    expect(member.heard).toEqual([1, 2])
    broadcast.push(entry(3))
    expect(member.heard).toEqual([1, 2])
    while (turn());
    expect(member.heard).toEqual([1, 2, 3])
  })

  test('that is cleared while a member is handed to hands nothing more to anybody', () => {
    const { broadcast, turn } = createScene()
    let left: readonly FeedMember[] = []
    const clearing = noting(() => (left = broadcast.clear()))
    const other = noting()
    for (const member of [clearing, other]) broadcast.add(member, 0)
    for (const seq of [1, 2]) broadcast.push(entry(seq))
    while (turn());
    expect([clearing.heard, other.heard, left]).toEqual([[1], [], [clearing, other]])
    // Another line of the log begins at any number.
    broadcast.add(other, 41)
    broadcast.push(entry(42))
    while (turn());
    expect(other.heard).toEqual([42])
  })

  test('keeps nothing for a member that does not yet exist', () => {
    const { broadcast, turn } = createScene()
    broadcast.push(entry(1))
    const member = noting()
    broadcast.add(member, 1)
    broadcast.push(entry(2))
    while (turn());
    expect(member.heard).toEqual([2])
    // All leave before a turn, and what comes then is for nobody.
    broadcast.push(entry(3))
    broadcast.remove(member)
    broadcast.push(entry(4))
    broadcast.add(member, 4)
    broadcast.push(entry(5))
    while (turn());
    expect(member.heard).toEqual([2, 5])
  })

  test('to many holds up nothing else: others have their turns in between', async () => {
    const scheduler = new FlushScheduler()
    const broadcast = new Broadcast({ schedule: (target) => scheduler.schedule(target), maxBytes: 1e6 })
    let handedTo = 0
    const busy = noting(() => {
      handedTo++
      for (const endsMs = performance.now() + 0.1; performance.now() < endsMs;);
    })
    // 100 ms in all, 5 at a time and what 32 take.
    for (let n = 0; n < 1000; n++) broadcast.add({ ...busy }, 0)
    broadcast.push(entry(1))
    let turns = 0
    for (; handedTo < 1000; turns++) await new Promise((resolve) => setImmediate(resolve))
    expect(turns).toBeGreaterThanOrEqual(10)
    expect(busy.heard).toEqual(Array.from({ length: 1000 }, () => 1))
  })
})
