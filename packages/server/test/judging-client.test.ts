import { describe, expect, test } from 'vitest'
import { JudgingClient, type Verdict } from './judging-client.ts'

const open = (resume: string, seq?: number): string =>
  `event: millrace.open\ndata: {"resume":"${resume}"}\n${seq === undefined ? '' : `id: e.${seq}.t\n`}\n`
const tick = (seq: number, n = seq): string => `event: tick\ndata: {"n":${n}}\nid: e.${seq}.t\n\n`
const gap = (reason: string, missed: number | null, seq: number): string =>
  `event: millrace.gap\ndata: {"reason":"${reason}","missed":${missed}}\nid: e.${seq}.t\n\n`
const snapshot = (state: number, seq: number): string =>
  `event: millrace.snapshot\ndata: {"state":${state}}\nid: e.${seq}.t\n\n`

/** Ten events were published, of which six are kept. */
async function judge(...responses: string[]): Promise<Verdict> {
  const client = new JudgingClient({
    numberAt: (seq) => (seq <= 10 ? seq : undefined),
    issued: () => 10,
    kept: 6,
  })
  for (const text of responses) {
    await client.read(async () => new Blob([text]).stream(), { maxBytes: Infinity })
  }
  client.finish(10)
  return client.verdict
}

const rest = (from: number): string =>
  Array.from({ length: 11 - from }, (_, index) => tick(from + index)).join('')

describe('the client that judges', () => {
  test('finds nothing wrong where nothing is', async () => {
    const sound = await judge(open('fresh', 0) + tick(1), open('resumed', 1) + rest(2))
    const told = await judge(open('fresh', 0) + tick(1), open('gap') + gap('trimmed', 3, 4) + rest(5))
    const stated = await judge(open('fresh') + snapshot(7, 6) + rest(7))
    for (const verdict of [sound, told, stated]) {
      expect(verdict).toMatchObject({ lost: 0, repeated: 0, outOfOrder: 0, gapsWrong: 0, gapsUnneeded: 0 })
    }
  })

  test.each([
    ['a hole', { lost: 1 }, [open('fresh', 0) + tick(1) + tick(2) + rest(4)]],
    [
      'a hole at the end',
      { lost: 2 },
      [open('fresh', 0) + [1, 2, 3, 4, 5, 6, 7, 8].map((seq) => tick(seq)).join('')],
    ],
    ['a hole over a resume', { lost: 1 }, [open('fresh', 0) + tick(1), open('resumed', 1) + rest(3)]],
    ['a repeat', { repeated: 1 }, [open('fresh', 0) + tick(1) + tick(1) + rest(2)]],
    ['a repeat over a resume', { repeated: 1 }, [open('fresh', 0) + tick(1), open('resumed', 1) + rest(1)]],
    [
      'another event in an event’s place',
      { outOfOrder: 2 },
      [open('fresh', 0) + tick(1, 2) + tick(2, 1) + rest(3)],
    ],
    [
      'a gap miscounted',
      { gapsWrong: 1 },
      [open('fresh', 0) + tick(1), open('gap') + gap('trimmed', 2, 4) + rest(4)],
    ],
    [
      'a gap without need',
      { gapsUnneeded: 1 },
      [open('fresh', 0) + rest(1).slice(0, tick(1).length * 6), open('gap') + gap('trimmed', 1, 7) + rest(8)],
    ],
    ['an id too early', { gapsWrong: 1 }, [open('fresh', 0) + tick(1), open('resumed', 3) + rest(2)]],
    ['a state without what it says', { lost: 1 }, [open('fresh') + snapshot(5, 6) + rest(7)]],
    [
      'a position moved past events',
      { lost: 2 },
      [open('fresh', 0) + tick(1) + 'event: millrace.heartbeat\ndata: {}\nid: e.3.t\n\n' + rest(4)],
    ],
  ])('finds %s', async (_, found, responses) => {
    expect(await judge(...responses)).toMatchObject(found)
  })
})
