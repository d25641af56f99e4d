import type { FanoutReaderCommands, FanoutReaderSettings } from '../children/fanout-readers.ts'
import type { Broadcasts, FanoutServerCommands } from '../children/fanout-server.ts'
import type { Child } from './children.ts'

const READ_WITHIN_MS = 20_000

/** A server, and all who read from it. */
export interface Audience {
  readonly server: Child<FanoutServerCommands>
  readonly readers: Child<FanoutReaderCommands>
  readonly streams: number
  /** Broadcasts, and resolves when all have read all of it. Throws if somebody has not. */
  readonly sendAll: (sample: CostSample) => Promise<void>
  /** Ends both. Throws if anything that was read was not as it should be. */
  readonly leave: () => Promise<void>
}

/** Broadcasts of which the cost is measured. */
export type CostSample = Broadcasts

/** Has readers join a server, and shows that all of them are sent what they should. */
export async function openAudience(
  server: Child<FanoutServerCommands>,
  readers: Child<FanoutReaderCommands>,
  settings: Omit<FanoutReaderSettings, 'localAddress'>,
): Promise<Audience> {
  await readers.ask('connect', { ...settings, localAddress: '127.0.0.2' })
  const check = async (): Promise<void> => {
    const wrong = await readers.ask('countWrong')
    if (wrong > 0) throw new Error(`${wrong} events of ${settings.path} were not as they were sent`)
  }
  const sendAll = async (sample: CostSample): Promise<void> => {
    const n = await server.ask('broadcast', sample)
    const behind = await readers.ask('readUpTo', { n, withinMs: READ_WITHIN_MS })
    if (behind > 0) throw new Error(`${behind} streams were not sent event ${n}`)
  }
  const { padBytes } = settings
  for (const events of [1, 10]) await sendAll({ count: 2, events, everyMs: 10, padBytes })
  await check()
  return {
    server,
    readers,
    streams: settings.count,
    sendAll,
    leave: async () => {
      await check()
      await readers.ask('leave')
      await Promise.all([server.stop(), readers.stop()])
    },
  }
}

/** What a delivered event costs the server, in microseconds of CPU time, user and kernel. */
export async function costOf({ server, streams, sendAll }: Audience, sample: CostSample): Promise<number> {
  const beforeUs = await server.ask('cpuUs')
  await sendAll(sample)
  const us = (await server.ask('cpuUs')) - beforeUs
  return us / (sample.count * sample.events * streams)
}
