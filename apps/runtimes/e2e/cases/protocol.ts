import type { ChannelEvent } from '@millrace/core'
import { type ClientCase, equal } from './case.ts'
import { END } from '../script.ts'

const block = (type: string, data: object, id = ''): string =>
  `event: ${type}\ndata: ${JSON.stringify(data)}\n${id && `id: ${id}\n`}\n`
const open = (resume: string, id?: string): string =>
  block('millrace.open', { resume, delivery: 'all', heartbeatMs: 15_000 }, id)

type Prices = { tick: { price: number } }

/** What a Millrace server says of a stream. */
export const protocol: readonly ClientCase[] = [
  {
    name: 'tells typed events, gaps, snapshots and when it is live, and resumes by cursor without a repeat',
    async run({ connectEventStream, defineStream, serve, listen }) {
      const stream = await serve(
        {
          steps: [
            open('fresh', 'e.0.z'),
            block('tick', { price: 1 }, 'e.1.a'),
            block('millrace.live', {}, 'e.1.a'),
            block('tick', { price: 2 }, 'e.2.b.order-17'),
            END,
          ],
        },
        {
          steps: [
            open('gap'),
            block('millrace.gap', { reason: 'trimmed', missed: 3 }),
            block('millrace.snapshot', { state: { ACME: 9 } }, 'e.9.k'),
            block('tick', { price: 3 }, 'e.9.k'),
            block('tick', { price: 4 }, 'e.10.l'),
            block('millrace.live', {}, 'e.10.l'),
            block('tick', { price: 5 }, 'e.11.m'),
          ],
        },
      )
      const prices = defineStream<Prices>('prices')
      const connection = connectEventStream(prices, { url: stream.url, reconnectionTimeMs: 0 })
      const events: ChannelEvent<Prices>[] = []
      connection.subscribe({ onEvent: (event) => events.push(event) })
      const { log, until } = listen(connection)
      await until('tick {"price":5}')
      equal(
        log.filter((line) => !line.startsWith('state')),
        [
          'tick {"price":1}',
          'live',
          'tick {"price":2}',
          'gap trimmed 3',
          'snapshot {"ACME":9}',
          'tick {"price":4}',
          'live',
          'tick {"price":5}',
        ],
      )
      equal(
        events.map(({ replayed }) => replayed),
        [true, false, true, false],
      )
      equal(
        events.map(({ id }) => id ?? ''),
        ['', 'order-17', '', ''],
      )
      equal((await stream.seen({ requests: 2 }))[1]?.lastEventId, 'e.2.b.order-17')
    },
  },
  {
    name: 'is done at millrace.end, and has failed where the source has',
    async run({ connectEventStream, serve, listen }) {
      for (const [reason, outcome] of [
        ['done', 'state done'],
        ['failed', 'state failed source-failed'],
      ] as const) {
        const end = block('millrace.end', { reason }, 'millrace.end')
        const stream = await serve({ steps: [`${open('fresh')}data: one\n\n${end}data: more\n\n`] })
        const connection = connectEventStream(stream.url)
        const { log, until } = listen(connection)
        await until(`state ${reason}`)
        equal(log.slice(2), ['message one', `end ${reason}`, outcome])
        equal(connection.lastEventId, '')
        await stream.seen({ closed: 1 })
      }
    },
  },
  {
    name: 'raises the gap itself where somebody on the way dropped its cursor',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: [open('fresh', 'e.5.z'), block('tick', { price: 1 }, 'e.6.a')] })
      const { log, until } = listen(connectEventStream(stream.url, { lastEventId: 'e.2.b' }))
      await until('tick')
      equal(log.slice(2), ['gap unknown null', 'tick {"price":1}'])
    },
  },
  {
    name: 'takes reserved types for ordinary ones on the stream of a plain server',
    async run({ connectEventStream, serve, listen }) {
      const gap = block('millrace.gap', { reason: 'trimmed', missed: 3 })
      const { log, until } = listen(connectEventStream((await serve({ steps: [`data: one\n\n${gap}`] })).url))
      await until('millrace.gap')
      equal(log.slice(2), ['message one', 'millrace.gap {"reason":"trimmed","missed":3}'])
    },
  },
  {
    name: 'leaves out data that is not what the contract says, tells of it, and goes on',
    async run({ connectEventStream, defineStream, serve, listen }) {
      const stream = await serve({ steps: ['event: tick\ndata: {\n\n', block('tick', { price: 1 })] })
      const { log, until } = listen(connectEventStream(defineStream<Prices>('prices'), { url: stream.url }))
      await until('tick')
      equal(log.slice(2), ['invalid invalid-data', 'tick {"price":1}'])
    },
  },
  {
    name: 'drops a stream that is silent for 2.5 heartbeats, and asks for it again',
    async run({ connectEventStream, serve, listen }) {
      const first = block('millrace.open', { resume: 'fresh', delivery: 'all', heartbeatMs: 100 }, 'e.0.z')
      const stream = await serve({ steps: [first] }, { steps: [open('resumed', 'e.0.z'), 'data: back\n\n'] })
      const { log, until } = listen(connectEventStream(stream.url, { reconnectionTimeMs: 0 }))
      await until('message back')
      equal(log.slice(2, 4), ['state waiting network', 'state connecting retry'])
      equal((await stream.seen({ requests: 2, closed: 1 }))[1]?.lastEventId, 'e.0.z')
    },
  },
  {
    name: 'keeps a stream on which only comments come',
    async run({ connectEventStream, serve, listen }) {
      const beats = Array.from({ length: 12 }, () => [{ waitMs: 250 }, ':\n'] as const).flat()
      const stream = await serve({ steps: [...beats, 'data: last\n\n'] })
      const { log, until } = listen(connectEventStream(stream.url, { heartbeatMs: 800 }))
      await until('message last')
      equal(log, ['state connecting start', 'state open', 'message last'])
    },
  },
]
