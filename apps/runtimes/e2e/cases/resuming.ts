import { type ClientCase, equal, ok } from './case.ts'
import { CUT, END, GO } from '../script.ts'

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n)
const event = (n: number): string => `id: ${n}\ndata: ${n}\n\n`

/** How a stream goes on behind its end. */
export const resuming: readonly ClientCase[] = [
  {
    name: 'goes on behind the last id after an end in good order',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: ['id: 7\ndata: one\n\n', END] }, { steps: ['data: two\n\n'] })
      const { log, until } = listen(connectEventStream(stream.url, { reconnectionTimeMs: 0 }))
      await until('message two')
      equal(log.slice(2, 6), [
        'message one',
        'state waiting in good order',
        'state connecting retry',
        'state open',
      ])
      equal(
        (await stream.seen({ requests: 2 })).map(({ lastEventId }) => lastEventId),
        [null, '7'],
      )
    },
  },
  {
    name: 'discards an unfinished block where the stream is cut, and keeps its retry',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve(
        { steps: ['id: 1\ndata: one\n\nretry: 260\nid: 2\ndata: lost', GO, CUT] },
        { steps: ['data: two\n\n'] },
      )
      const { log, until } = listen(connectEventStream(stream.url, { reconnectionTimeMs: 60_000 }))
      await until('message one')
      await stream.go()
      await until('message two')
      equal(
        log.filter((line) => line.startsWith('message')),
        ['message one', 'message two'],
      )
      equal((await stream.seen({ requests: 2 }))[1]?.lastEventId, '1')
    },
  },
  {
    name: 'loses and repeats nothing over five cuts',
    async run({ connectEventStream, serve, listen }) {
      const rows = numbers(0, 5).map((row) => [
        ...numbers(row * 10 + 1, row * 10 + 10).map(event),
        'data: cut off',
      ])
      const stream = await serve(...rows.map((steps) => ({ steps: [...steps, GO, CUT] })))
      const { log, until } = listen(connectEventStream(stream.url, { reconnectionTimeMs: 0 }))
      for (const [row] of rows.entries()) {
        await until(`message ${row * 10 + 10}`)
        if (row < 5) await stream.go()
      }
      equal(
        log.filter((line) => line.startsWith('message')),
        numbers(1, 60).map((n) => `message ${n}`),
      )
      const seen = await stream.seen({ requests: 6 })
      equal(
        seen.map(({ lastEventId }) => Number(lastEventId)),
        numbers(0, 5).map((row) => row * 10),
      )
    },
  },
  {
    name: 'sends the id in the query on request, whatever is in it',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve(
        { steps: ['id: a\u0001é&b\ndata: one\n\n', END] },
        { steps: ['data: two\n\n'] },
      )
      const options = { resumeBy: 'query', reconnectionTimeMs: 0 } as const
      await listen(connectEventStream(`${stream.url}?room=1`, options)).until('message two')
      const [, request] = await stream.seen({ requests: 2 })
      equal(
        [...new URLSearchParams(request?.search)],
        [
          ['lastEventId', 'a\u0001é&b'],
          ['room', '1'],
        ],
      )
      equal(request?.lastEventId, null)
    },
  },
  {
    name: 'sends an id as UTF-8, whatever its characters',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: ['data: one\n\n'] })
      await listen(connectEventStream(stream.url, { lastEventId: 'é…😀' })).until('message one')
      equal((await stream.seen({ requests: 1 }))[0]?.lastEventId, 'é…😀')
    },
  },
  {
    name: 'sends no id that no header can carry',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve(
        { steps: ['id: a\u0001b\ndata: one\n\n', END] },
        { steps: ['data: two\n\n'] },
      )
      await listen(connectEventStream(stream.url, { reconnectionTimeMs: 0 })).until('message two')
      equal((await stream.seen({ requests: 2 }))[1]?.lastEventId, null)
    },
  },
  {
    name: 'waits 250 ms at least, whatever the server says',
    async run({ connectEventStream, serve, listen }) {
      const again = { steps: ['retry: 0\ndata: one\n\n', END] } as const
      const stream = await serve(again, again, again, { steps: ['data: two\n\n'] })
      await listen(connectEventStream(stream.url)).until('message two')
      const times = (await stream.seen({ requests: 4 })).map(({ atMs }) => atMs)
      const waits = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0))
      // Clocks of browsers are blunt, and timers may come a little early by the clock of another process.
      ok(
        waits.every((ms) => ms > 230),
        `${waits.join()} are 250 ms`,
      )
    },
  },
  {
    name: 'waits as long as Retry-After says, and shows until when',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ status: 503, headers: { 'retry-after': '120' } })
      const connection = connectEventStream(stream.url)
      await listen(connection).until('state waiting bad-status')
      const { state } = connection
      const waitMs = state.status === 'waiting' ? state.retryAtMs - Date.now() : 0
      ok(waitMs > 105_000 && waitMs <= 120_000, `${waitMs} ms are two minutes`)
    },
  },
  {
    name: 'asks for new credentials after a 401, once in a row of attempts',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ status: 401 }, { steps: ['data: one\n\n', GO, END] }, { status: 401 })
      let token = 'old'
      let asked = 0
      const connection = connectEventStream(stream.url, {
        reconnectionTimeMs: 0,
        headers: () => ({ authorization: token }),
        onUnauthorized: async () => {
          token = `new ${++asked}`
        },
      })
      const { until } = listen(connection)
      await until('message one')
      await stream.go()
      await until('state failed bad-status')
      const seen = await stream.seen({ requests: 4 })
      equal(
        seen.map(({ headers }) => headers['authorization']),
        ['old', 'new 1', 'new 1', 'new 2'],
      )
    },
  },
]
