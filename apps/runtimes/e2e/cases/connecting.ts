import { type ClientCase, equal, ok } from './case.ts'
import { END, GO } from '../script.ts'

/** How a stream is asked for, opened and read. */
export const connecting: readonly ClientCase[] = [
  {
    name: 'is open as soon as the headers are there, and delivers events as they come',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: [GO, 'data: one\n\nevent: tick\nid: 7\ndata: two\n\n'] })
      const connection = connectEventStream(stream.url)
      equal(connection.status, 'idle')
      const { log, until } = listen(connection)
      await until('state open')
      await stream.go()
      await until('tick two')
      equal(log, ['state connecting start', 'state open', 'message one', 'tick two'])
      equal(connection.lastEventId, '7')
      const [request] = await stream.seen({ requests: 1 })
      equal(
        [request?.method, request?.headers['accept'], request?.lastEventId],
        ['GET', 'text/event-stream', null],
      )
    },
  },
  {
    name: 'reads characters that arrive in pieces, and a byte order mark that it takes off once',
    async run({ connectEventStream, serve, listen }) {
      const mark = [0xef, 0xbb, 0xbf]
      // Comments of that length push out what WebKit holds back.
      const rest = [...new TextEncoder().encode(`:${' '.repeat(2048)}\ndata: é中😀\n\n`)]
      const pieces = rest.slice(-12).map((byte) => [byte])
      const steps = [mark, mark, [10], rest.slice(0, -12), ...pieces, 'data: two\n\n']
      const { log, until } = listen(connectEventStream((await serve({ isPadded: false, steps })).url))
      await until('message two')
      equal(log.slice(2), ['message é中😀', 'message two'])
    },
  },
  {
    name: 'takes bytes that are not UTF-8 for U+FFFD',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: [[0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xc3], '\n\n'] })
      await listen(connectEventStream(stream.url)).until('message \uFFFD\uFFFD')
    },
  },
  {
    name: 'asks the functions among its options before each attempt',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve(
        { steps: ['data: one\n\n', END] },
        { status: 500 },
        { steps: ['data: two\n\n'] },
      )
      let asked = 0
      const connection = connectEventStream(stream.url, {
        url: ({ attempt, reason }) => `${stream.url}?${attempt}-${reason}`,
        headers: async () => ({ authorization: `token ${++asked}` }),
        reconnectionTimeMs: 0,
      })
      await listen(connection).until('message two')
      const seen = await stream.seen({ requests: 3 })
      equal(
        seen.map(({ search, headers }) => `${search} ${headers['authorization']}`),
        ['?1-start token 1', '?1-retry token 2', '?2-retry token 3'],
      )
    },
  },
  {
    name: 'has failed where the answer is no event stream',
    async run({ connectEventStream, serve, listen }) {
      const answers = [
        [{ status: 404 }, 'bad-status'],
        [{ status: 401 }, 'bad-status'],
        [{ headers: { 'content-type': 'text/html' }, steps: ['<p>', END] }, 'bad-content-type'],
      ] as const
      for (const [answer, code] of answers) {
        const stream = await serve(answer)
        const { log, until } = listen(connectEventStream(stream.url, { reconnectionTimeMs: 0 }))
        await until('state failed')
        equal(log, ['state connecting start', `state failed ${code}`])
        equal((await stream.seen({ closed: 1 })).length, 1)
      }
    },
  },
  {
    name: 'is done where the answer is 204',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: ['data: one\n\n', END] }, { status: 204 })
      const { log, until } = listen(connectEventStream(stream.url, { reconnectionTimeMs: 0 }))
      await until('state done')
      ok(log.includes('message one'), 'the event came before')
    },
  },
  {
    name: 'tries again where nobody answers',
    async run({ connectEventStream, listen }) {
      // Nothing listens on the port of discard; browsers refuse it by themselves, which is no answer either.
      const { log, until } = listen(connectEventStream('http://127.0.0.1:9/'))
      await until('state waiting')
      equal(log.at(-1), 'state waiting network')
    },
  },
  {
    name: 'has failed where a line passes the limit, after what came before it',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: ['data: one\n\n', `data: ${'x'.repeat(5000)}`] })
      const { log, until } = listen(connectEventStream(stream.url, { limits: { maxLineLength: 3000 } }))
      await until('state failed')
      equal(log.slice(2), ['message one', 'state failed limit-exceeded'])
      equal((await stream.seen({ closed: 1 })).length, 1)
    },
  },
  {
    name: 'throws at the door for options that are wrong',
    async run({ connectEventStream }) {
      const wrong: readonly (() => unknown)[] = [
        () => connectEventStream('http://'),
        () => connectEventStream('http://localhost/', { headers: { 'a b': 'c' } }),
        () => connectEventStream('http://localhost/', { body: 'x' }),
        () => connectEventStream('http://localhost/', { reconnectionTimeMs: NaN }),
        () => connectEventStream('http://localhost/', { heartbeatMs: 0 }),
      ]
      const thrown = wrong.map((connect) => {
        try {
          return typeof connect()
        } catch (error) {
          return (error as Error).name
        }
      })
      equal(thrown, ['TypeError', 'TypeError', 'TypeError', 'RangeError', 'RangeError'])
    },
  },
]
