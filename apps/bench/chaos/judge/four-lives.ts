import { expect } from 'vitest'
import { type ChannelPromise, judgeChannel } from './judge-channel.ts'
import { positionOf } from './position.ts'
import type { DataLoss, EventHappening, Happening, PublishRecord } from './records.ts'
import { type Judgement, judgementOf, published } from './told-story.ts'

/** An entry that somebody made, and when. */
export interface Made {
  readonly cursor: string
  readonly atMs: number
}

/** Entries of one line, ten milliseconds apart. */
export function made(
  firstCursor: string,
  { last, firstAtMs }: { readonly last: number; readonly firstAtMs: number },
): readonly Made[] {
  const [epoch, first, tag] = firstCursor.split('.')
  return Array.from({ length: last - Number(first) + 1 }, (_, index) => ({
    cursor: `${epoch}.${Number(first) + index}.${tag}`,
    atMs: firstAtMs + 10 * index,
  }))
}

/**
 * A channel over four lives of its data. Entry `e.5.a` is number 5 of epoch `e`; `a` to `d` say in which life it was made.
 *
 *     life a, up to 100:    e.1.a … e.10.a, saved behind e.6.a (at 65)
 *     life b, from 110:     rolled back to e.6.a; e.7.b … e.12.b
 *     life c, from 210:     wiped; f.1.c … f.4.c
 *     life d, from 310:     rolled back to life b's save behind e.10.b, made at 165; e.11.d … e.13.d
 */
export const LIFE_A: readonly Made[] = made('e.1.a', { last: 10, firstAtMs: 10 })
export const LIFE_B: readonly Made[] = made('e.7.b', { last: 12, firstAtMs: 130 })
export const LIFE_C: readonly Made[] = made('f.1.c', { last: 4, firstAtMs: 220 })
export const LIFE_D: readonly Made[] = made('e.11.d', { last: 13, firstAtMs: 320 })

/** What ended lives a, b and c. */
export const A_ROLLED_BACK: DataLoss = {
  kind: 'rolled-back',
  savedFromMs: 64,
  savedToMs: 66,
  endedAtMs: 104,
  beganAtMs: 110,
}
export const B_WIPED: DataLoss = { kind: 'wiped', endedAtMs: 204, beganAtMs: 210 }
export const B_RESTORED: DataLoss = {
  kind: 'rolled-back',
  savedFromMs: 164,
  savedToMs: 166,
  endedAtMs: 304,
  beganAtMs: 310,
}
/** Life a's end, with the operator's command behind it. */
export const A_GIVEN_NEW_EPOCHS: DataLoss = { ...A_ROLLED_BACK, newEpochs: { fromMs: 128, toMs: 140 } }

/** The cursors of entries, of all or of some numbers. */
export function cursors(entries: readonly Made[], first = 1, last = Infinity): readonly string[] {
  return entries
    .map(({ cursor }) => cursor)
    .filter((cursor) => {
      const { seq = 0 } = positionOf(cursor) ?? {}
      return seq >= first && seq <= last
    })
}

/** The publishes that made entries, numbered in this order. */
export function recordsOf(entries: readonly Made[]): readonly PublishRecord[] {
  return entries.map((entry, index) => published(index + 1, entry))
}

/** What a judge is told. */
export interface Told {
  /** What was made, all of it acknowledged. */
  readonly log: readonly Made[]
  readonly losses?: readonly DataLoss[]
  readonly promise?: Partial<ChannelPromise>
  /** What happened to the client: happenings, and cursors of events that came, with `=n` where they had another number. */
  readonly story: readonly (Happening | readonly Happening[] | string | readonly string[])[]
}

/** Judges one client's story; a fault has to have a violation that shows it. */
export function judge({ log, losses = [], promise, story }: Told): Judgement {
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
  const finding = judgeChannel(
    { publishes: recordsOf(log), events, stories: [{ client: 1, happenings }], losses },
    { keptEvents: 100, dropsOldest: false, ...promise },
  )
  const judgement = judgementOf(finding)
  const { lost, repeated, outOfOrder, gapsWrong, gapsUnneeded } = judgement
  expect(finding.violations.length > 0).toBe(lost + repeated + outOfOrder + gapsWrong + gapsUnneeded > 0)
  return judgement
}
