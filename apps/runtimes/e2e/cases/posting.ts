import { type ClientCase, equal } from './case.ts'
import { CUT, END, GO } from '../script.ts'

const open = (id = ''): string =>
  `event: millrace.open\ndata: {"resume":"fresh","delivery":"all","heartbeatMs":15000}\n${id && `id: ${id}\n`}\n`

/** What becomes of requests that must not be sent twice. */
export const posting: readonly ClientCase[] = [
  {
    name: 'sends a POST once, whatever becomes of it',
    async run({ connectEventStream, serve, listen }) {
      const endings = [
        { answer: { status: 503 }, end: 'state failed bad-status' },
        { answer: { steps: [open(), 'data: one\n\n', END] }, end: 'state failed network' },
        { answer: { steps: [open(), 'data: one\n\n', CUT] }, end: 'state failed network' },
      ] as const
      const options = {
        method: 'POST',
        body: '{"prompt":"x"}',
        headers: { 'content-type': 'application/json' },
      }
      for (const { answer, end } of endings) {
        const stream = await serve(answer)
        const { log, until } = listen(connectEventStream(stream.url, { ...options, reconnectionTimeMs: 0 }))
        await until('state failed')
        equal(log.at(-1), end)
        const seen = await stream.seen({ closed: 1 })
        equal(
          seen.map(({ method, body, headers }) => [method, body, headers['content-type']]),
          [['POST', '{"prompt":"x"}', 'application/json']],
        )
      }
    },
  },
  {
    name: 'has failed where a plain server’s answer to a POST is cut',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: ['data: one\n\n', GO, CUT] })
      const { log, until } = listen(connectEventStream(stream.url, { method: 'POST' }))
      await until('message one')
      await stream.go()
      await stream.seen({ closed: 1 })
      while (log.at(-1) === 'message one') await new Promise((resolve) => setTimeout(resolve, 10))
      equal(log.at(-1), 'state failed network')
    },
  },
  {
    name: 'is done with the end of the body of a plain server’s answer to a POST',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: ['data: Hello\n\ndata: you\n\n', END] })
      const { log, until } = listen(connectEventStream(stream.url, { method: 'POST' }))
      await until('state done')
      equal(log.slice(2), ['message Hello', 'message you', 'state done'])
      equal((await stream.seen({ closed: 1 })).length, 1)
    },
  },
  {
    name: 'sends a POST again where it is told that it may',
    async run({ connectEventStream, serve, listen }) {
      const reasons = [
        { options: { resume: true }, first: 'id: 1\ndata: one\n\n' },
        { options: { idempotencyKey: 'k1' }, first: 'id: 1\ndata: one\n\n' },
        { options: {}, first: `${open('1')}data: one\n\n` },
      ]
      for (const { options, first } of reasons) {
        const stream = await serve({ steps: [first, GO, CUT] }, { steps: ['data: two\n\n'] })
        const connection = connectEventStream(stream.url, {
          method: 'POST',
          reconnectionTimeMs: 0,
          ...options,
        })
        const { until } = listen(connection)
        await until('message one')
        await stream.go()
        await until('message two')
        const [, again] = await stream.seen({ requests: 2 })
        equal(
          [again?.method, again?.lastEventId, again?.headers['idempotency-key']],
          ['POST', '1', options.idempotencyKey],
        )
      }
    },
  },
]
