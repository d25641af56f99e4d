import { expect, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { type Ticks, createHub, ticks } from '../../test/create-hub.ts'
import type { ChannelResponseOptions } from '../response/channel-options.ts'
import { toResponse } from '../response/to-response.ts'

const USERS = 1000
const STREAMS_PER_USER = 2
const BEAT_MS = 2000

test(
  `of ${USERS} users 10 are revoked, 10 expire and 10 are refused at once: they receive nothing after a heartbeat, and all others everything`,
  { timeout: 60_000 },
  async () => {
    const hub = createHub({ heartbeatMs: BEAT_MS })
    const shutOut = new Set<string>()
    const expiring = new Map<string, number>()
    /** When `authorize` ran for whom, after all are in. */
    const runs: Array<{ readonly user: string; readonly atMs: number }> = []
    const authorize: ChannelResponseOptions<Ticks, undefined>['authorize'] = async (request) => {
      const user = request.headers.get('authorization') ?? ''
      runs.push({ user, atMs: performance.now() })
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (shutOut.has(user)) return new Response(null, { status: 403 })
      const expiresAtMs = expiring.get(user)
      return { principal: user, tags: [`tag-${user}`], ...(expiresAtMs === undefined ? {} : { expiresAtMs }) }
    }
    const route = { hub, authorize, revalidateMs: BEAT_MS }
    const ask = (user: string): Promise<Response> =>
      toResponse(streamRequest('', { headers: { authorization: user } }), ticks, route)
    const users = Array.from({ length: USERS }, (_, index) => `user-${index}`)
    const [revoked, expired, refused] = [users.slice(0, 10), users.slice(10, 20), users.slice(20, 30)]
    const gone = new Set([...revoked, ...expired, ...refused])

    /** Everything that each stream received: numbers, with the time of each. */
    const received = new Map<string, Array<Array<{ readonly n: number; readonly atMs: number }>>>()
    const streams = users.flatMap((user) =>
      Array.from({ length: STREAMS_PER_USER }, async () => {
        const reader = new BlockReader(await ask(user))
        const log: Array<{ readonly n: number; readonly atMs: number }> = []
        received.set(user, [...(received.get(user) ?? []), log])
        await reader.event()
        return async (): Promise<void> => {
          for (let block = await reader.next(); block; block = await reader.next()) {
            if (block.kind !== 'event' || block.type !== 'tick') continue
            log.push({ n: (JSON.parse(block.data) as { n: number }).n, atMs: Date.now() })
          }
        }
      }),
    )
    const readAll = (await Promise.all(streams)).map((read) => read())
    expect(hub.inspect().streams).toBe(USERS * STREAMS_PER_USER)
    // Told by the next grant, which each user has asked for within a heartbeat.
    const changeMs = Date.now() + 2 * BEAT_MS
    for (const user of expired) expiring.set(user, changeMs)
    runs.length = 0
    const countedFromMs = Date.now()

    let published = 0
    const publishUntil = async (atMs: number): Promise<void> => {
      for (; Date.now() < atMs; await new Promise((resolve) => setTimeout(resolve, 50))) {
        await hub.publish(ticks, { type: 'tick', data: { n: ++published } })
      }
    }
    await publishUntil(changeMs)
    const changedMs = Date.now()
    for (const user of [...revoked, ...expired, ...refused]) shutOut.add(user)
    await Promise.all(revoked.map((user) => hub.revoke({ principal: user })))
    await publishUntil(changedMs + 2 * BEAT_MS)
    const [runCount, countedForMs] = [runs.length, Date.now() - countedFromMs]
    const allMs = [...gone].flatMap((user) => received.get(user) ?? []).flat()
    const latestMs = Math.max(...allMs.map(({ atMs }) => atMs)) - changedMs
    expect(latestMs).toBeLessThanOrEqual(BEAT_MS)
    const { streams: left } = hub.inspect()
    expect(left).toBe((USERS - gone.size) * STREAMS_PER_USER)

    // Once per principal and tick, however many streams; and no more often than grants grow old.
    const runsOf = (user: string): number[] => runs.filter((run) => run.user === user).map(({ atMs }) => atMs)
    const between = users
      .slice(30)
      .flatMap((user) => runsOf(user).map((atMs, index, all) => atMs - (all[index - 1] ?? -Infinity)))
    expect(Math.min(...between)).toBeGreaterThan(BEAT_MS / 4)
    expect(runsOf('user-500').length).toBeGreaterThanOrEqual(2)
    const statuses = await Promise.all([...gone].map(async (user) => (await ask(user)).status))
    expect(new Set(statuses)).toEqual(new Set([403]))

    const lastOf = (user: string): Array<number | undefined> =>
      (received.get(user) ?? []).map((log) => log.at(-1)?.n)
    // A drain drops what waits, and clients return for it.
    await vi.waitFor(
      () => expect(new Set(users.slice(30).flatMap(lastOf))).toEqual(new Set([published])),
      10_000,
    )
    await hub.drain({ windowMs: 0 })
    await Promise.all(readAll)
    const everything = Array.from({ length: published }, (_, index) => index + 1)
    for (const user of users.slice(30)) {
      for (const log of received.get(user) ?? []) expect(log.map(({ n }) => n)).toEqual(everything)
    }
    console.log(
      `${gone.size} of ${USERS} users shut out at once: the last event to one of them ${latestMs} ms after the change, of a heartbeat of ${BEAT_MS}; ${published} events to each of the others; authorize ran ${runCount} times for ${USERS * STREAMS_PER_USER} streams in ${countedForMs} ms`,
    )
  },
)
