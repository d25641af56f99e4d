/** Reads several streams for each of many users, and notes until when bytes came. */
import { Histogram } from '../harness/histogram.ts'
import { JudgedStream } from '../client/judged-stream.ts'
import { openStreams } from '../client/open-streams.ts'
import { SequenceJudge, type SequenceVerdict, totalOf } from '../client/sequence-judge.ts'
import type { StreamEnd } from '../client/stream-client.ts'
import { answerCommands } from '../harness/commands.ts'

/** Whom to read for. */
export interface UserReaderSettings {
  readonly port: number
  readonly users: readonly string[]
  readonly streamsPerUser: number
}

interface UserStream {
  readonly user: string
  readonly stream: JudgedStream<SequenceJudge>
  end: StreamEnd | undefined
}

let all: readonly UserStream[] = []

function openOf(users: readonly string[]): readonly UserStream[] {
  return all.filter(({ user, end }) => users.includes(user) && !end)
}

const commands = {
  connect: ({ port, users, streamsPerUser }: UserReaderSettings): Promise<void> => {
    all = users.flatMap((user) => Array.from({ length: streamsPerUser }, () => userStream(port, user)))
    return openStreams(all.map(({ stream }) => stream))
  },
  /** How many streams of these users are open. */
  countOpen: (users: readonly string[]): number => openOf(users).length,
  /** When the last byte came to each stream of these users, by the clock that all processes share. */
  lastByteAtMs: (users: readonly string[]): readonly number[] =>
    all
      .filter(({ user }) => users.includes(user))
      .map(({ stream }) => performance.timeOrigin + (stream.client?.lastReadMs ?? 0)),
  /** Comes back for each stream of these users. Returns the statuses that they are answered with. */
  comeBack: (users: readonly string[]): Promise<readonly number[]> =>
    Promise.all(
      all
        .filter(({ user }) => users.includes(user))
        .map(async (each) => {
          await each.stream.open().catch(() => undefined)
          return each.end?.status ?? 200
        }),
    ),
  /** How many streams of other users than these have read up to an event. */
  countUpTo: ({ n, but }: { n: number; but: readonly string[] }): number =>
    all.filter(({ user, stream }) => !but.includes(user) && stream.judge.last >= n).length,
  /** What the streams of other users than these saw, of a channel that ends at event `lastN`. */
  verdict: ({ lastN, but }: { lastN: number; but: readonly string[] }): SequenceVerdict => {
    const others = all.filter(({ user }) => !but.includes(user)).map(({ stream }) => stream.judge)
    for (const judge of others) judge.onEndOfLog(lastN)
    return totalOf(others.map(({ verdict }) => verdict))
  },
}

function userStream(port: number, user: string): UserStream {
  const onEnd = (end: StreamEnd): void => {
    each.end = end
  }
  const address = { port, path: `/stream?user=${user}` }
  const each: UserStream = {
    user,
    stream: new JudgedStream(address, { judge: new SequenceJudge(0), lag: new Histogram(), onEnd }),
    end: undefined,
  }
  return each
}

/** What the readers can be asked. */
export type UserReaderCommands = typeof commands

answerCommands(commands)
