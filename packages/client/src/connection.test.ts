import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { send } from '../test/answers.ts'
import { closedWithTest } from '../test/connect.ts'
import { startEventServer } from '../test/event-server.ts'
import type { EventServer, Exchange } from '../test/event-server.ts'
import { withoutRandomWaits } from '../test/random-waits.ts'
import { record } from '../test/record.ts'
import type { Recording } from '../test/record.ts'
import { uncaughtErrors } from '../test/uncaught-errors.ts'
import { connectEventStream } from './index.ts'
import type { ConnectionStatus, ConnectOptions, EventStreamConnection, PlainEvent } from './index.ts'

withoutRandomWaits()

function connect(url: string, options?: ConnectOptions): EventStreamConnection<PlainEvent> {
  return closedWithTest(connectEventStream(url, options))
}

/** How a first request must be answered for a connection to come to rest in a status. */
const firstAnswers: Record<ConnectionStatus, (exchange: Exchange) => void> = {
  idle: ({ open }) => open(),
  connecting: () => undefined,
  open: ({ open }) => open(),
  waiting: ({ response }) => void response.writeHead(503, { 'retry-after': '600' }).end(),
  paused: ({ open }) => open(),
  done: ({ response }) => void response.writeHead(204).end(),
  failed: ({ response }) => void response.writeHead(404).end(),
  closed: ({ open }) => open(),
}

interface Situation {
  readonly server: EventServer
  readonly connection: EventStreamConnection<PlainEvent>
  readonly recording: Recording
}

/** Brings a connection into a status, and does something to it before anything else can happen. */
async function when(
  status: ConnectionStatus,
  act: (connection: EventStreamConnection<PlainEvent>, controller: AbortController) => void,
): Promise<Situation> {
  const server = await startEventServer(firstAnswers[status], ({ open }) => open())
  const controller = new AbortController()
  const connection = connect(server.url, { signal: controller.signal })
  const recording = record(connection)
  if (status !== 'idle') {
    await server.exchange(1)
    if (status === 'paused' || status === 'closed') await recording.reached('open')
    if (status === 'paused') connection.pause()
    if (status === 'closed') connection.close()
    await recording.reached(status)
  }
  expect(connection.status).toBe(status)
  act(connection, controller)
  return { server, connection, recording }
}

const statuses = Object.keys(firstAnswers) as ConnectionStatus[]

describe.each(statuses)('when %s', (status) => {
  test('close() closes, once, and leaves no request behind', async () => {
    const { server, connection, recording } = await when(status, (each) => {
      each.close()
      each.close()
      expect(each.state).toEqual({ status: 'closed' })
    })
    expect(recording.log.filter((line) => line === 'state closed')).toHaveLength(1)
    await Promise.all(server.exchanges.map(({ closed }) => closed))
    connection.reconnect()
    connection.pause()
    connection.resume()
    expect(connection.status).toBe('closed')
    expect(recording.log.at(-1)).toBe('state closed')
    expect(server.exchanges).toHaveLength(status === 'idle' ? 0 : 1)
  })

  test('the signal closes, unless the stream is over', async () => {
    const { server, connection } = await when(status, (each, controller) => {
      controller.abort()
      expect(each.status).toBe(status === 'done' || status === 'failed' ? status : 'closed')
    })
    await Promise.all(server.exchanges.map(({ closed }) => closed))
    connection.reconnect()
    expect(connection.status).toBe('closed')
  })

  test('reconnect() connects at once, and drops what was under way', async () => {
    const { server, connection, recording } = await when(status, (each) => {
      each.reconnect()
      expect(each.state).toEqual(
        status === 'closed'
          ? { status: 'closed' }
          : { status: 'connecting', attempt: 1, reason: 'reconnect' },
      )
    })
    if (status === 'closed') return
    await vi.waitFor(() => expect(connection.status).toBe('open'))
    expect(server.exchanges).toHaveLength(status === 'idle' ? 1 : 2)
    if (status !== 'idle') await (await server.exchange(1)).closed
    expect(recording.log.at(-1)).toBe('state open')
  })

  test('pause() disconnects and resume() goes on', async () => {
    const isOver = status === 'done' || status === 'failed' || status === 'closed'
    const { server, connection } = await when(status, (each) => {
      each.pause()
      expect(each.status).toBe(isOver ? status : 'paused')
    })
    await Promise.all(server.exchanges.map(({ closed }) => closed))
    connection.resume()
    expect(connection.status).toBe(isOver ? status : 'connecting')
    await vi.waitFor(() => expect(connection.status).toBe(isOver ? status : 'open'))
  })

  test('resume() does nothing unless it is paused', async () => {
    await when(status, (each) => {
      each.resume()
      expect(each.status).toBe(status === 'paused' ? 'connecting' : status)
    })
  })
})

test('a signal that is aborted already closes the connection before it asks for anything', async () => {
  const server = await startEventServer(({ open }) => open())
  const connection = connect(server.url, { signal: AbortSignal.abort() })
  expect(connection.status).toBe('closed')
  connection.reconnect()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(server.exchanges).toHaveLength(0)
})

test('holds on to a signal no longer than it needs to', async () => {
  const { signal } = new AbortController()
  const listeners = new Set<unknown>()
  vi.spyOn(signal, 'addEventListener').mockImplementation((_type, listener) => void listeners.add(listener))
  vi.spyOn(signal, 'removeEventListener').mockImplementation(
    (_type, listener) => void listeners.delete(listener),
  )
  const server = await startEventServer(({ response }) => void response.writeHead(204).end())
  const connection = connect(server.url, { signal, fetch: (url) => fetch(url) })
  expect(listeners.size).toBe(1)
  await record(connection).reached('done')
  expect(listeners.size).toBe(0)
  connection.reconnect()
  expect(listeners.size).toBe(1)
  connection.close()
  expect(listeners.size).toBe(0)
})

test('leaves nothing that keeps a process alive', async () => {
  const active = (): string[] =>
    process.getActiveResourcesInfo().filter((each) => each === 'Timeout' || each === 'TCPSocketWrap')
  const server = await startEventServer(
    ({ response }) => void response.writeHead(500, { connection: 'close' }).end(),
  )
  const connection = connect(server.url, { reconnectionTimeMs: 60_000 })
  const before = active().filter((each) => each === 'Timeout').length
  await record(connection).reached('waiting')
  expect(active().filter((each) => each === 'Timeout').length).toBeGreaterThan(before)
  connection.close()
  await vi.waitFor(() => expect(server.openSockets()).toBe(0))
  await vi.waitFor(() =>
    expect(active().filter((each) => each === 'Timeout').length).toBeLessThanOrEqual(before + 1),
  )
})

test('is closed by `await using`', async () => {
  const server = await startEventServer(({ open }) => open())
  let outer: EventStreamConnection<PlainEvent>
  {
    await using connection = connectEventStream(server.url)
    outer = connection
    await record(connection).reached('open')
  }
  expect(outer.status).toBe('closed')
  await (
    await server.exchange(1)
  ).closed
})

describe('a fetch that pays no heed to its signal', () => {
  test('does not hold up the connection, and its late response is cancelled', async () => {
    let respond: (response: Response) => void = () => undefined
    let cancelled = 0
    const late = (): Response =>
      new Response(new ReadableStream({ cancel: () => void cancelled++ }), {
        headers: { 'content-type': 'text/event-stream' },
      })
    let calls = 0
    const connection = connect('http://localhost/', {
      fetch: async () => (calls++ === 0 ? new Promise<Response>((resolve) => (respond = resolve)) : late()),
    })
    await vi.waitFor(() => expect(calls).toBe(1))
    connection.reconnect()
    await vi.waitFor(() => expect(connection.status).toBe('open'))
    respond(late())
    await vi.waitFor(() => expect(cancelled).toBe(1))
    expect(connection.status).toBe('open')
    connection.close()
    await vi.waitFor(() => expect(cancelled).toBe(2))
  })

  test('has the body cancelled that nobody wants: refused, or open when a listener closed', async () => {
    let cancelled = 0
    const fetchOf = (status: number) => async () =>
      new Response(new ReadableStream({ cancel: () => void cancelled++ }), {
        status,
        headers: { 'content-type': 'text/event-stream' },
      })
    const refused = connect('http://localhost/', { fetch: fetchOf(404) })
    await record(refused).reached('failed')
    await vi.waitFor(() => expect(cancelled).toBe(1))
    const closing = connect('http://localhost/', { fetch: fetchOf(200) })
    closing.subscribe({ onStateChange: ({ status }) => status === 'open' && closing.close() })
    await vi.waitFor(() => expect(cancelled).toBe(2))
  })

  test('that answers twice with the same response is a network error, and no crash', async () => {
    const response = new Response('data: one\n\n', { headers: { 'content-type': 'text/event-stream' } })
    const connection = connect('http://localhost/', { reconnectionTimeMs: 0, fetch: async () => response })
    const { log, heard } = record(connection)
    await heard('state waiting 2 network')
    expect(log).toContain('message one')
  })
})

test('asks no function and sends nothing once closed while a header is awaited', async () => {
  let sent = 0
  let give: (headers: HeadersInit) => void = () => undefined
  const body = vi.fn<() => string>()
  const connection = connect('http://localhost/', {
    method: 'POST',
    headers: () => new Promise<HeadersInit>((resolve) => (give = resolve)),
    body,
    fetch: async () => {
      sent++
      return new Response()
    },
  })
  await record(connection).reached('connecting')
  connection.close()
  give({})
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(sent).toBe(0)
})

describe('listeners', () => {
  const three = 'data: 1\n\ndata: 2\n\ndata: 3\n\n'

  test('that throw harm nobody, and surface as uncaught errors', async () => {
    const errors = uncaughtErrors()
    const server = await startEventServer(send(three))
    const connection = connect(server.url)
    connection.subscribe({
      onEvent: ({ data }) => {
        throw new Error(`event ${data}`)
      },
      onStateChange: ({ status }) => {
        throw new Error(`state ${status}`)
      },
      onChunkEnd: () => {
        throw new Error('chunk end')
      },
    })
    const { log, heard } = record(connection)
    await heard('chunk end')
    expect(log.slice(2)).toEqual(['message 1', 'message 2', 'message 3', 'chunk end'])
    await vi.waitFor(() =>
      expect(errors.map(String)).toEqual([
        'Error: state connecting',
        'Error: state open',
        'Error: event 1',
        'Error: event 2',
        'Error: event 3',
        'Error: chunk end',
      ]),
    )
    expect(connection.status).toBe('open')
  })

  test('that close the connection end everything for everybody, the rest of the chunk included', async () => {
    const server = await startEventServer(send(`id: 1\n${three.replace('data: 3', 'id: 3\ndata: 3')}`))
    const connection = connect(server.url)
    const first = record(connection)
    connection.subscribe({ onEvent: ({ data }) => data === '2' && connection.close() })
    const last = record(connection)
    await first.reached('closed')
    await (
      await server.exchange(1)
    ).closed
    expect(first.log.slice(2)).toEqual(['message 1', 'message 2', 'state closed'])
    expect(last.log.slice(2)).toEqual(['message 1', 'state closed'])
    expect(connection.lastEventId).toBe('1')
  })

  test('that reconnect leave the rest of the chunk to the next response, and lose nobody an event', async () => {
    const server = await startEventServer(
      send('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n'),
      send('id: 3\ndata: 3\n\n'),
    )
    const connection = connect(server.url)
    let isFirst = true
    connection.subscribe({
      onEvent: ({ data }) => {
        if (data === '2' && isFirst) connection.reconnect()
        isFirst &&= data !== '2'
      },
    })
    const { log, heard } = record(connection)
    await heard('message 3')
    expect(log.filter((line) => line.startsWith('message'))).toEqual(['message 1', 'message 2', 'message 3'])
    expect((await server.exchange(2)).request.headers['last-event-id']).toBe('2')
  })

  test('that pause keep the position behind what they heard', async () => {
    const server = await startEventServer(send('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n'), send('data: 2\n\n'))
    const connection = connect(server.url)
    connection.subscribe({ onEvent: ({ data }) => data === '1' && connection.pause() })
    const { log, heard, reached } = record(connection)
    await reached('paused')
    expect(connection.lastEventId).toBe('1')
    connection.resume()
    await heard('message 2')
    expect(log.filter((line) => line.startsWith('message'))).toEqual(['message 1', 'message 2'])
  })

  test('that leave or come in the middle of an event hear from the next one, or no more', async () => {
    const server = await startEventServer(send(three))
    const connection = connect(server.url)
    const heardBy: Record<string, string[]> = { early: [], leaving: [], late: [] }
    const listener = (name: string) => ({ onEvent: ({ data }: PlainEvent) => void heardBy[name]?.push(data) })
    let isLate = false
    connection.subscribe({
      onEvent: () => {
        leave()
        if (!isLate) connection.subscribe(listener('late'))
        isLate = true
      },
    })
    connection.subscribe(listener('early'))
    const leave = connection.subscribe(listener('leaving'))
    await record(connection).heard('chunk end')
    expect(heardBy).toEqual({ early: ['1', '2', '3'], leaving: [], late: ['2', '3'] })
  })

  test('may be there twice, and leave once each', async () => {
    const server = await startEventServer(send(three))
    const connection = connect(server.url)
    const onEvent = vi.fn<(event: PlainEvent) => void>()
    const listener = { onEvent }
    const leave = connection.subscribe(listener)
    connection.subscribe(listener)
    leave()
    leave()
    await record(connection).heard('chunk end')
    expect(onEvent).toHaveBeenCalledTimes(3)
  })

  test('hear only of the latest state where one of them changes it', async () => {
    const server = await startEventServer(({ open }) => open())
    const connection = connect(server.url)
    const stop = connection.subscribe({
      onStateChange: ({ status }) => status === 'open' && connection.pause(),
    })
    const { log, reached } = record(connection)
    await reached('paused')
    stop()
    expect(log).toEqual(['state connecting 1 start', 'state paused'])
  })
})

test('keeps going through a thousand ends of the body, one request at a time', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let underWay = 0
  let most = 0
  let requests = 0
  const connection = connect('http://localhost/', {
    reconnectionTimeMs: 250,
    fetch: async () => {
      most = Math.max(most, ++underWay)
      requests++
      await new Promise((resolve) => setTimeout(resolve, 10))
      underWay--
      return new Response(`id: ${requests}\ndata: x\n\n`, {
        headers: { 'content-type': 'text/event-stream' },
      })
    },
  })
  await vi.advanceTimersByTimeAsync(260 * 1000 - 1)
  connection.close()
  expect({ requests, most, timers: vi.getTimerCount() }).toEqual({ requests: 1000, most: 1, timers: 0 })
  expect(connection.lastEventId).toBe('1000')
})

test('backs off while a server answers and ends at once, and not while it brings something', async () => {
  vi.useFakeTimers()
  vi.mocked(Math.random).mockReturnValue(0.5)
  onTestFinished(() => void vi.useRealTimers())
  const times: number[] = []
  let body = ''
  const connection = connect('http://localhost/', {
    reconnectionTimeMs: 1000,
    fetch: async () => {
      times.push(Date.now())
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  const waits = (): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0))
  await vi.advanceTimersByTimeAsync(1500 + 2000 + 3000 + 5000 + 100)
  expect(waits()).toEqual([1500, 2000, 3000, 5000])
  body = 'data: x\n\n'
  times.length = 0
  await vi.advanceTimersByTimeAsync(9000 + 2500)
  expect(waits()).toEqual([1000, 1000])
  connection.close()
})
