import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startEventServer } from '../../test/event-server.ts'
import type { Exchange } from '../../test/event-server.ts'
import { describeClass } from '../../test/eventsource/describe-class.ts'
import { uncaughtErrors } from '../../test/uncaught-errors.ts'
import { EventSource } from '../eventsource.ts'
import type { EventSourceOptions } from '../eventsource.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Makes a source that is closed with its test. */
function open(url: string, options?: EventSourceOptions): EventSource {
  const source = new EventSource(url, options)
  onTestFinished(() => source.close())
  return source
}

const send =
  (text: string) =>
  (exchange: Exchange): void => {
    exchange.open()
    exchange.response.write(text)
  }

const noContent = ({ response }: Exchange): void => void response.writeHead(204).end()

/** Resolves with the next event of a type. */
const next = (source: EventSource, type: string): Promise<Event> =>
  new Promise((resolve) => source.addEventListener(type, resolve, { once: true }))

test('looks like the class of a browser', async () => {
  const { url } = await startEventServer(noContent)
  vi.stubGlobal('location', new URL('http://localhost/folder/page?query#fragment'))
  const constant = 'number enumerable'
  const attribute = 'undefined get enumerable configurable'
  const handler = 'undefined get set enumerable configurable'
  expect(describeClass(EventSource, url)).toEqual({
    class: ['EventSource', 1, '[object EventSource]', '[object EventSource]'],
    isEventTarget: true,
    attributes: [
      attribute,
      attribute,
      attribute,
      handler,
      handler,
      handler,
      'function writable enumerable configurable',
    ],
    constants: Array(6).fill(constant),
    values: [0, 1, 2, 0, 1, 2],
    toStringTag: 'string configurable',
    ownNames: [],
    start: [0, url, true, false],
    options: [false, false, false, true],
    urls: [
      'http://localhost/folder/relative?a#b',
      'http://localhost/folder/page?query',
      'http://localhost/folder/undefined',
      'http://localhost/folder/null',
      'http://localhost/folder/1',
      url,
      'http://localhost/object',
      'http://localhost/lone%EF%BF%BD',
      'ftp://localhost/',
    ],
    throws: [
      'TypeError',
      'TypeError',
      'DOMException SyntaxError 12',
      'DOMException SyntaxError 12',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
    ],
    handlers: ['the same', 'null', 'the same', 'the same', 'the same', 'null', 'null'],
    handlersAtFirst: [null, null],
    orders: {
      between: 'first handler last',
      replaced: 'first another last',
      removed: 'first last',
      again: 'first last again',
      object: 'first last',
    },
    returnFalse: true,
    closed: 2,
  })
})

describe('the URL', () => {
  test('must be absolute where there is neither a page nor a worker', () => {
    expect(() => new EventSource('/events')).toThrow(
      expect.objectContaining({ name: 'SyntaxError', message: 'url must be a URL, received /events' }),
    )
  })

  test('is relative to the base of a document, which may be another than its address', () => {
    vi.stubGlobal('location', new URL('http://localhost/page'))
    vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/base/' })
    expect(open('events').url).toBe('http://127.0.0.1/base/events')
  })

  test.each(['ftp://localhost/', 'about:blank', 'mailto:a@localhost', 'data:text/event-stream,data:1%0A%0A'])(
    'fails the source where its scheme brings no streams: %s, at once, and in a task of its own',
    async (url) => {
      const source = open(url)
      expect(source.readyState).toBe(source.CONNECTING)
      const opened = vi.fn<() => void>()
      source.onopen = opened
      // Who awaits something before listening misses nothing.
      await Promise.resolve()
      const event = await next(source, 'error')
      expect(event).not.toHaveProperty('data')
      expect(source.readyState).toBe(source.CLOSED)
      expect(opened).not.toHaveBeenCalled()
    },
  )
})

describe('events', () => {
  test('of the server are messages, with the origin that the stream came from', async () => {
    const server = await startEventServer(
      ({ response }) => void response.writeHead(302, { location: '/moved' }).end(),
      send('id: 7\ndata: one\n\n'),
    )
    const source = open(server.url)
    const event = await next(source, 'message')
    expect(event).toBeInstanceOf(MessageEvent)
    const { origin } = new URL(server.url)
    expect(event).toMatchObject({ data: 'one', lastEventId: '7', origin, bubbles: false, cancelable: false })
    expect(event.target).toBe(source)
  })

  test('of the connection are plain', async () => {
    const { url } = await startEventServer(({ response }) => void response.writeHead(404).end())
    const event = await next(open(url), 'error')
    expect(event).not.toBeInstanceOf(MessageEvent)
    expect(event).toMatchObject({ bubbles: false, cancelable: false })
  })

  test('name the origin of the request where a fetch does not say where its response came from', async () => {
    const source = open('http://localhost:1/events', {
      fetch: async () => new Response('data: one\n\n', { headers: { 'content-type': 'text/event-stream' } }),
    })
    expect(await next(source, 'message')).toMatchObject({ origin: 'http://localhost:1' })
  })

  test('find the state as it is: open when a stream opens, connecting when it ends, closed when there is none', async () => {
    const server = await startEventServer(({ open: openStream, response }) => {
      openStream()
      response.end('retry: 0\n\n')
    }, noContent)
    const source = open(server.url)
    const states: number[] = []
    source.onopen = () => states.push(source.readyState)
    source.onerror = () => states.push(source.readyState)
    await vi.waitFor(() => expect(states).toEqual([source.OPEN, source.CONNECTING, source.CLOSED]))
  })

  test('go to handlers and listeners, of which one that throws is reported and harms nobody', async () => {
    const errors = uncaughtErrors()
    const server = await startEventServer(send('data: 1\n\ndata: 2\n\n'))
    const source = open(server.url)
    const heard: string[] = []
    source.addEventListener('open', () => {
      throw new Error('open')
    })
    source.onmessage = ({ data }) => {
      throw new Error(`handler ${data}`)
    }
    source.addEventListener('message', {
      handleEvent: ({ data }: MessageEvent<string>) => {
        throw new Error(`listener ${data}`)
      },
    })
    source.addEventListener('message', ({ data }) => heard.push(String(data)))
    await vi.waitFor(() => expect(heard).toEqual(['1', '2']))
    await vi.waitFor(() =>
      expect(errors.map(String).toSorted()).toEqual([
        'Error: handler 1',
        'Error: handler 2',
        'Error: listener 1',
        'Error: listener 2',
        'Error: open',
      ]),
    )
    expect(source.readyState).toBe(source.OPEN)
    expect(server.exchanges).toHaveLength(1)
  })
})

describe('close()', () => {
  test('drops what is left of a chunk, ends the request, and tells nobody', async () => {
    const server = await startEventServer(send('data: 1\n\ndata: 2\n\n'))
    const source = open(server.url)
    const heard: string[] = []
    source.onmessage = ({ data }) => {
      heard.push(String(data))
      source.close()
    }
    source.onerror = () => heard.push('error')
    await (
      await server.exchange(1)
    ).closed
    expect(heard).toEqual(['1'])
    expect(source.readyState).toBe(source.CLOSED)
  })

  test('in a listener of the opening brings nothing more', async () => {
    const server = await startEventServer(send('data: 1\n\n'))
    const source = open(server.url)
    const heard: string[] = []
    source.onopen = () => source.close()
    source.onmessage = () => heard.push('message')
    source.onerror = () => heard.push('error')
    await (
      await server.exchange(1)
    ).closed
    expect(heard).toEqual([])
  })

  test('before there is a response ends the request', async () => {
    const server = await startEventServer(() => undefined)
    const source = open(server.url)
    const opened = vi.fn<() => void>()
    source.onopen = opened
    source.onerror = opened
    const { closed } = await server.exchange(1)
    source.close()
    await closed
    expect(opened).not.toHaveBeenCalled()
  })

  test('right after a source was made whose scheme brings no streams leaves it silent', async () => {
    const source = open('ftp://localhost/')
    const failed = vi.fn<() => void>()
    source.onerror = failed
    source.close()
    // Timers of the same length end in their order.
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect(failed).not.toHaveBeenCalled()
  })

  test('lets a process end that the wait for a reconnect kept alive', async () => {
    const server = await startEventServer(({ open: openStream, response }) => {
      openStream()
      response.end('retry: 600000\ndata: one\n\n')
    })
    const entry = new URL('../eventsource.ts', import.meta.url).href
    const script = `
      import { EventSource } from ${JSON.stringify(entry)}
      const source = new EventSource(${JSON.stringify(server.url)})
      source.onerror = () => {
        // This timer keeps nothing alive: it fires only where something else does.
        setTimeout(() => { console.log('alive'); source.close() }, 100).unref()
      }`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
    expect(stdout).toBe('alive\n')
  })
})
