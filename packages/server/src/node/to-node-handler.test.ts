import { once } from 'node:events'
import { type Server, createServer, get as httpGet } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Channel, defineStream } from '@millrace/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { BlockReader } from '../../test/block-reader.ts'
import { Hub } from '../hub/hub.ts'
import { eventStream } from '../response/event-stream.ts'
import { toResponse } from '../response/to-response.ts'
import { type FetchHandler, toNodeHandler } from './to-node-handler.ts'

const ticks = defineStream<{ tick: { n: number } }>('ticks') as Channel<{ tick: { n: number } }>
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const closers: Array<() => unknown> = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function serve(handler: FetchHandler): Promise<{ url: string; server: Server }> {
  const server = createServer(toNodeHandler(handler)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

function createHub(): Hub {
  const hub = new Hub({ observer: { onError: () => undefined } })
  closers.push(() => hub.close())
  return hub
}

const until = async (isSo: () => boolean): Promise<void> => vi.waitFor(() => expect(isSo()).toBe(true))

describe('toNodeHandler', () => {
  test('streams a channel over HTTP/1.1, and lets go when the client leaves', async () => {
    const hub = createHub()
    const { url } = await serve((request) => toResponse(request, ticks, { hub }))
    const abort = new AbortController()
    const reader = new BlockReader(await fetch(`${url}/ticks?x=1`, { signal: abort.signal }))
    await reader.events(2)
    await hub.publish(ticks, { type: 'tick', data: { n: 1 } })
    expect((await reader.event()).data).toBe('{"n":1}')
    expect(hub.inspect().streams).toBe(1)
    abort.abort()
    await until(() => hub.inspect().streams === 0)
  })

  test('lets go of the request of an open stream; whoever listens to its signal hears it all the same', async () => {
    const hub = createHub()
    const onLeave = vi.fn<() => void>()
    let seen: WeakRef<Request> | undefined
    const authorize = (request: Request): object => {
      seen = new WeakRef(request)
      request.signal.addEventListener('abort', onLeave)
      return {}
    }
    const { url } = await serve((request) => toResponse(request, ticks, { hub, authorize }))
    const abort = new AbortController()
    const reader = new BlockReader(await fetch(url, { signal: abort.signal }))
    await reader.events(2)
    await vi.waitFor(() => {
      collectGarbage()
      expect(seen?.deref()).toBe(undefined)
    })
    abort.abort()
    await until(() => onLeave.mock.calls.length === 1 && hub.inspect().streams === 0)
  })

  test('lets a signal be heard that somebody looks at long after the stream began', async () => {
    const hub = createHub()
    const onLeave = vi.fn<() => void>()
    const kept: Request[] = []
    const { url } = await serve((request) => {
      kept.push(request)
      return toResponse(request, ticks, { hub })
    })
    const abort = new AbortController()
    const reader = new BlockReader(await fetch(url, { signal: abort.signal }))
    await reader.events(2)
    collectGarbage()
    const seen = kept.splice(0).map((request) => {
      request.signal.addEventListener('abort', onLeave)
      return new WeakRef(request)
    })
    await until(() => {
      collectGarbage()
      return seen.every((request) => request.deref() === undefined)
    })
    abort.abort()
    await vi.waitFor(() => expect(onLeave).toHaveBeenCalledOnce())
  })

  test('lets a request that was made of another follow it, as long as that one is kept', async () => {
    const hub = createHub()
    const onLeave = vi.fn<() => void>()
    const kept: Request[] = []
    const { url } = await serve((request) => {
      const made = new Request(request)
      made.signal.addEventListener('abort', onLeave)
      kept.push(request, made)
      return toResponse(made, ticks, { hub })
    })
    const abort = new AbortController()
    const reader = new BlockReader(await fetch(url, { signal: abort.signal }))
    await reader.events(2)
    for (let times = 0; times < 3; times++) {
      collectGarbage()
      await new Promise((resolve) => setTimeout(resolve))
    }
    abort.abort()
    await vi.waitFor(() => expect(onLeave).toHaveBeenCalledOnce())
    expect(kept).toHaveLength(2)
  })

  test('streams over HTTP/2, without headers that it forbids', async () => {
    const hub = createHub()
    const server = createHttp2Server(toNodeHandler((request) => toResponse(request, ticks, { hub }))).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    closers.push(() => new Promise((resolve) => server.close(resolve)))
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    closers.push(() => client.destroy())
    const stream = client.request({ ':path': '/ticks', accept: 'text/event-stream' })
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    expect(headers).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream; charset=utf-8' })
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    await until(() => text.includes('millrace.live'))
    await hub.publish(ticks, { type: 'tick', data: { n: 7 } })
    await until(() => text.includes('{"n":7}'))
    stream.close()
    await until(() => hub.inspect().streams === 0)
  })

  test('hands on bodies, headers and cookies', async () => {
    const { url } = await serve(async (request) => {
      const headers = new Headers({ 'x-echo': request.headers.get('x-ask') ?? '' })
      headers.append('set-cookie', 'a=1')
      headers.append('set-cookie', 'b=2')
      return new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`, {
        status: 201,
        headers,
      })
    })
    const response = await fetch(`${url}/path`, { method: 'POST', body: 'body', headers: { 'x-ask': 'yes' } })
    expect([response.status, response.headers.get('x-echo'), await response.text()]).toEqual([
      201,
      'yes',
      'POST /path body',
    ])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  test('feeds a client that does not read no more than the socket takes', async () => {
    const hub = createHub()
    let yielded = 0
    const { url } = await serve((request) =>
      eventStream(
        async function* () {
          for (;;) {
            yielded++
            yield { data: 'x'.repeat(100_000) }
          }
        },
        { hub },
      )(request, undefined),
    )
    const request = httpGet(url, (response) => response.pause())
    request.on('error', () => undefined)
    let before = -1
    // Until the socket's buffers are full, and nothing more is asked for.
    await vi.waitFor(
      () => {
        const now = yielded
        const isStill = now === before && now > 0
        before = now
        expect(isStill).toBe(true)
      },
      { interval: 150, timeout: 10_000 },
    )
    expect(yielded * 100_000).toBeLessThan(64 * 1024 * 1024)
    request.destroy()
    await until(() => hub.inspect().streams === 0)
    expect(hub.inspect().abandonedSources).toBe(0)
  })

  test('answers 500 and says nothing of why when the handler throws', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    const { url } = await serve(() => {
      throw new Error('secret')
    })
    const response = await fetch(url)
    expect([response.status, await response.text()]).toEqual([500, ''])
    expect(error).toHaveBeenCalled()
    error.mockRestore()
  })

  test.each([
    ['a host that is none', '/', 'a b/\\'],
    ['a port that is none', '/', 'localhost:99999'],
    ['a name and a password', 'http://ann:secret@localhost/', 'localhost'],
  ])('answers 400 for %s', async (_, target, host) => {
    const { url } = await serve(() => new Response('never'))
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    const [data] = (await once(socket, 'data')) as [Buffer]
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 /)
    socket.destroy()
  })

  test('ends a response whose stream ended before it was handed over, with its last word', async () => {
    const hub = createHub()
    const { url } = await serve(async (request) => {
      const response = await toResponse(request, ticks, { hub })
      await hub.drain({ windowMs: 10 })
      return response
    })
    expect(await (await fetch(url)).text()).toMatch(/^retry: \d+\n\n$/)
  })

  test('lets a body go that came after its client left', async () => {
    let cancelled = 0
    let arrived: () => void = () => undefined
    const arrival = new Promise<void>((resolve) => (arrived = resolve))
    const { url } = await serve(async (request) => {
      arrived()
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve))
      return new Response(new ReadableStream({ cancel: () => void cancelled++ }))
    })
    const abort = new AbortController()
    const response = fetch(url, { signal: abort.signal }).catch(() => undefined)
    await arrival
    abort.abort()
    await response
    await until(() => cancelled === 1)
    expect(cancelled).toBe(1)
  })
})
