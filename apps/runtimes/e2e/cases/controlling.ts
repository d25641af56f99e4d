import { type ClientCase, equal, ok } from './case.ts'
import { END, GO } from '../script.ts'

/** What the application does with a connection. */
export const controlling: readonly ClientCase[] = [
  {
    name: 'can be iterated, and leaving the loop ends the request',
    async run({ connectEventStream, serve }) {
      const stream = await serve({ steps: ['data: one\n\ndata: two\n\ndata: three\n\n'] })
      const connection = connectEventStream(stream.url)
      const taken: unknown[] = []
      for await (const item of connection) {
        taken.push('data' in item ? item.data : item.type)
        if (taken.length === 2) break
      }
      equal(taken, ['one', 'two'])
      equal(connection.status, 'closed')
      await stream.seen({ closed: 1 })
    },
  },
  {
    name: 'ends a loop when the stream is done, and throws from it when it has failed',
    async run({ connectEventStream, serve }) {
      const stream = await serve({ steps: ['data: one\n\n', END] }, { status: 204 })
      let count = 0
      for await (const _ of connectEventStream(stream.url, { reconnectionTimeMs: 0 })) count++
      equal(count, 1)
      const refused = await serve({ status: 404 })
      let code = ''
      try {
        for await (const _ of connectEventStream(refused.url)) count++
      } catch (error) {
        ;({ code = '' } = error as { code?: string })
      }
      equal([count, code], [1, 'bad-status'])
    },
  },
  {
    name: 'keeps 3,000 events for a loop that is late',
    async run({ connectEventStream, serve }) {
      const text = Array.from({ length: 3000 }, (_, n) => `data: ${n}\n\n`)
      const stream = await serve({ steps: [text.slice(0, 1500).join(''), text.slice(1500).join('')] })
      const iterator = connectEventStream(stream.url)[Symbol.asyncIterator]()
      const taken: unknown[] = []
      while (taken.length < 3000) {
        const { value } = await iterator.next()
        taken.push(value && 'data' in value ? Number(value.data) : value)
      }
      await iterator.return?.()
      equal(taken, Array.from(text.keys()))
      await stream.seen({ closed: 1 })
    },
  },
  {
    name: 'is closed by its signal, and its request with it',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: ['data: one\n\n'] })
      const controller = new AbortController()
      const connection = connectEventStream(stream.url, { signal: controller.signal })
      const { log, until } = listen(connection)
      await until('message one')
      controller.abort()
      equal(log.at(-1), 'state closed')
      await stream.seen({ closed: 1 })
      connection.reconnect()
      equal(connection.status, 'closed')
    },
  },
  {
    name: 'lets go of its request when paused, and resumes behind the last event',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: ['id: 7\ndata: one\n\n'] }, { steps: ['data: two\n\n'] })
      const connection = connectEventStream(stream.url)
      const { log, until } = listen(connection)
      await until('message one')
      connection.pause()
      await stream.seen({ closed: 1 })
      equal((await stream.seen({})).length, 1)
      connection.resume()
      await until('message two')
      equal(log.slice(3), ['state paused', 'state connecting resume', 'state open', 'message two'])
      equal((await stream.seen({ requests: 2 }))[1]?.lastEventId, '7')
    },
  },
  {
    name: 'reconnects at once when it is told to, in the middle of a wait too',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ status: 503 }, { steps: ['data: one\n\n'] })
      const connection = connectEventStream(stream.url, { reconnectionTimeMs: 600_000 })
      const { until } = listen(connection)
      await until('state waiting')
      connection.reconnect()
      await until('message one')
      connection.reconnect()
      await stream.seen({ requests: 3, closed: 2 })
    },
  },
  {
    name: 'recognises the end that isDone knows, and delivers nothing of it',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: ['data: {"a":1}\n\ndata: [DONE]\n\ndata: {"a":2}\n\n'] })
      const options = { parse: JSON.parse, isDone: ({ data }: { data: string }) => data === '[DONE]' }
      const { log, until } = listen(connectEventStream(stream.url, options))
      await until('state done')
      equal(log.slice(2), ['message {"a":1}', 'state done'])
      await stream.seen({ closed: 1 })
    },
  },
  {
    name: 'stops reading while a listener has no room',
    async run({ connectEventStream, serve, listen }) {
      const stream = await serve({ steps: ['data: one\n\n', GO, 'data: two\n\n'] })
      const connection = connectEventStream(stream.url)
      let makeRoom = (): void => undefined
      let asked = 0
      connection.subscribe({
        room: () => {
          // The last of the first chunk's: whatever comes behind it waits.
          if (!log.includes('message one')) return undefined
          asked++
          return new Promise<void>((resolve) => {
            makeRoom = resolve
          })
        },
      })
      const { log, until } = listen(connection)
      await until('message one')
      await stream.go()
      await new Promise((resolve) => setTimeout(resolve, 100))
      equal([asked, log.includes('message two')], [1, false])
      makeRoom()
      await until('message two')
    },
  },
  {
    name: 'can be disposed of, where the platform knows how',
    async run({ connectEventStream, serve, listen }) {
      const connection = connectEventStream((await serve({})).url)
      const { until } = listen(connection)
      await until('state open')
      // Absent on older platforms, whatever the types say.
      const symbol = (Symbol as { readonly asyncDispose?: symbol }).asyncDispose
      ok(symbol === undefined || symbol in connection, 'it is there where it can be')
      if (symbol) await connection[Symbol.asyncDispose]()
      else connection.close()
      equal(connection.status, 'closed')
    },
  },
]
