import type { ChannelFinding } from './judge-channel.ts'
import type { Happening, PublishRecord } from './records.ts'
import { NOTHING, type Verdict } from './verdict.ts'

/** What a judge is tested for; deliveries and recoveries are counted, and not judged. */
export type Judgement = Omit<Verdict, 'deliveries' | 'recoveries'>

/** The judgement of a finding. */
export function judgementOf({ verdict }: Pick<ChannelFinding, 'verdict'>): Judgement {
  const { deliveries: _, recoveries: __, ...judgement } = verdict
  return judgement
}

/** Nothing to complain of, and no gap. */
export const NO_FAULT: Judgement = judgementOf({ verdict: NOTHING })

/** An event that was published once, and acknowledged two milliseconds later. */
export function published(n: number, { cursor, atMs }: { cursor: string; atMs: number }): PublishRecord {
  return { n, firstAtMs: atMs, acknowledged: { cursor, repeated: false, startedAtMs: atMs, atMs: atMs + 2 } }
}

/** A client asks, with a cursor or none. */
export function asks(atMs: number, cursor = ''): Happening {
  return { kind: 'request', atMs, cursor }
}

/** A response opens. */
export function opens(atMs: number, resume: string, id = ''): Happening {
  return { kind: 'open', atMs, resume, id }
}

/** A client without a cursor is told where it begins. */
export function fresh(atMs: number, id: string): readonly Happening[] {
  return [asks(atMs), opens(atMs + 1, 'fresh', id)]
}

/** A client goes on where its cursor is, or where it is told that this would be. */
export function resumed(atMs: number, cursor: string, id = cursor): readonly Happening[] {
  return [asks(atMs, cursor), opens(atMs + 1, 'resumed', id)]
}

/** A client with a cursor is told of a gap. */
export function gap(
  atMs: number,
  { from, reason, missed = null, to }: { from: string; reason: string; missed?: number | null; to: string },
): readonly Happening[] {
  return [asks(atMs, from), opens(atMs + 1, 'gap'), { kind: 'gap', atMs: atMs + 2, reason, missed, id: to }]
}

/** A client is live, at a position. */
export function live(atMs: number, id: string): Happening {
  return { kind: 'position', atMs, id, isLive: true }
}
