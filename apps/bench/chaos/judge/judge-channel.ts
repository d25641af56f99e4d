import { findingsOf } from './client-findings.ts'
import { ClientJudge } from './client-judge.ts'
import type { NamedPosition } from './entries.ts'
import { LatestJudge } from './latest-judge.ts'
import { latestOf } from './latest-rules.ts'
import { ChannelLines } from './lines.ts'
import { livesOf } from './lives.ts'
import type { DataLoss, EventHappening, PublishRecord, Story } from './records.ts'
import { NOTHING, type Verdict, type Violation, sumOfVerdicts } from './verdict.ts'

/** All that is known of a channel after a run. */
export interface ChannelRecords {
  readonly publishes: readonly PublishRecord[]
  /** Every event that some client saw, once. */
  readonly events: readonly EventHappening[]
  readonly stories: readonly Story[]
  /** What chaos took from the data, in order. */
  readonly losses: readonly DataLoss[]
}

/** What a channel promises beside the protocol. */
export interface ChannelPromise {
  /** How many entries the history keeps at the least. */
  readonly keptEvents: number
  /** Whether a client that reads too slowly loses the oldest events, and is told. */
  readonly dropsOldest: boolean
  /** Where newer events stand in for older ones: what an event is a value of, by its number. */
  readonly latestKeyOf?: ((n: number) => string) | undefined
}

/** What was found on a channel. */
export interface ChannelFinding {
  readonly verdict: Verdict
  readonly violations: readonly Violation[]
}

/** Judges all clients of a channel, and its log. */
export function judgeChannel(
  { publishes, events, stories, losses }: ChannelRecords,
  { keptEvents, dropsOldest, latestKeyOf }: ChannelPromise,
): ChannelFinding {
  // Ids of latest values say how far a client is, and not which entry it got.
  const evidence = { publishes, events: latestKeyOf ? [] : events, positions: positionsOf(stories) }
  const lines = new ChannelLines(evidence, { lives: livesOf(losses), keptEvents })
  const rules = { keptEvents, dropsOldest, underWayAt: (atMs: number) => underWayAt(publishes, atMs) }
  const latest = latestKeyOf && {
    ...rules,
    latestKeyOf,
    ...latestOf(lines, { publishes, losses, latestKeyOf }),
  }
  const findings = stories.map((story) =>
    findingsOf(story, (findings) =>
      latest
        ? new LatestJudge(lines, { rules: latest, findings })
        : new ClientJudge(lines, { rules, findings }),
    ),
  )
  const ofLog: Verdict = {
    ...NOTHING,
    repeated: lines.duplicates.length,
    outOfOrder: lines.contradictions.length,
  }
  return {
    verdict: sumOfVerdicts([ofLog, ...findings.map(({ counts }) => counts)]),
    violations: [
      ...lines.duplicates.map((got) => faultOfLog('repeated', got)),
      ...lines.contradictions.map((got) => faultOfLog('outOfOrder', got)),
      ...findings.flatMap(({ violations }) => violations),
    ],
  }
}

function faultOfLog(kind: Violation['kind'], got: string): Violation {
  return { kind, client: undefined, expected: 'a log that acknowledgements agree on', got, before: [] }
}

function positionsOf(stories: readonly Story[]): readonly NamedPosition[] {
  const positions: NamedPosition[] = []
  for (const { happenings } of stories) {
    for (const happening of happenings) {
      if ('id' in happening && happening.kind !== 'event' && happening.id !== '') positions.push(happening)
    }
  }
  return positions
}

function underWayAt(publishes: readonly PublishRecord[], atMs: number): number {
  return publishes.filter(
    ({ firstAtMs, acknowledged }) => firstAtMs <= atMs && !(acknowledged && acknowledged.atMs < atMs),
  ).length
}
