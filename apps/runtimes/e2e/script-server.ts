import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, END, type Script, type SeenRequest, type Step } from './script.ts'

/** A server on loopback that does what the cases ask of it, in whichever runtime they are. */
export interface ScriptServer {
  /** Its origin, where there is an empty page. */
  readonly url: string
  /** Closes everything. */
  close(): Promise<void>
}

/** The stream of one case. */
interface ScriptedStream {
  readonly script: Script
  readonly seen: SeenRequest[]
  readonly changes: EventTarget
  /** Connections that are over. */
  closed: number
  /** How often `go()` was called. */
  gone: number
}

const PADDING = `:${' '.repeat(2048)}\n`

/**
 * Starts a server on a free port.
 *
 * - `POST /streams` with a script makes a stream, and answers with its path.
 * - The stream itself is there, for any method.
 * - `GET <path>/seen?requests=2&closed=1` answers with the requests, once there are so many, and so many that are over.
 * - `POST <path>/go` lets a stream go on that waits for it.
 *
 * @param files - What else it serves, by path: JavaScript.
 */
export async function startScriptServer(files: Readonly<Record<string, string>> = {}): Promise<ScriptServer> {
  const streams: ScriptedStream[] = []

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    let body = ''
    for await (const chunk of request) body += String(chunk)
    response.setHeader('cache-control', 'no-store')
    const [, number, method] = /^\/streams\/(\d+)(?:\/(seen|go))?$/.exec(pathname) ?? []
    const stream = number === undefined ? undefined : streams[Number(number)]
    const file = files[pathname]
    if (pathname === '/')
      response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Cases</title>`)
    else if (file !== undefined) response.setHeader('content-type', 'text/javascript').end(file)
    else if (pathname === '/streams') {
      // The cases of this repository wrote it.
      const script = JSON.parse(body) as Script
      const path = `/streams/${streams.push({ script, seen: [], changes: new EventTarget(), closed: 0, gone: 0 }) - 1}`
      response.end(path)
    } else if (!stream) response.writeHead(404).end()
    else if (method === 'seen') {
      const isMet = (): boolean =>
        stream.seen.length >= Number(searchParams.get('requests')) &&
        stream.closed >= Number(searchParams.get('closed'))
      while (!isMet() && !response.destroyed)
        await Promise.race([once(stream.changes, 'change'), once(response, 'close')])
      response.end(JSON.stringify(stream.seen))
    } else if (method === 'go') {
      stream.gone++
      change(stream)
      response.end()
    } else await play(stream, { request, response, search, body })
  }

  const server = createServer((request, response) => {
    // A client that is gone is no failure of the server.
    respond(request, response).catch(
      (error: unknown) => response.destroyed || response.destroy(error as Error),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A server that listens on a port has an address with one.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function change(stream: ScriptedStream): void {
  stream.changes.dispatchEvent(new Event('change'))
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly search: string
  readonly body: string
}

/** Answers one request of a stream. */
async function play(stream: ScriptedStream, { request, response, search, body }: Exchange): Promise<void> {
  const answer: Answer = stream.script[stream.seen.length] ?? stream.script.at(-1) ?? {}
  const { status = 200, headers = status === 200 ? { 'content-type': 'text/event-stream' } : {} } = answer
  const { isPadded = status === 200, steps = status === 200 ? [] : [END] } = answer
  const id = request.headers['last-event-id']
  const sent = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  response.on('close', () => {
    stream.closed++
    change(stream)
  })
  stream.seen.push({
    method: request.method ?? '',
    search,
    headers: Object.fromEntries(sent) as Record<string, string>,
    lastEventId: id === undefined ? null : Buffer.from(String(id), 'latin1').toString('utf8'),
    body,
    atMs: performance.now(),
  })
  change(stream)
  response.writeHead(status, headers).flushHeaders()
  if (isPadded) response.write(PADDING)
  let awaited = stream.gone
  for (const step of steps) {
    if (typeof step === 'object' && 'mark' in step && step.mark === 'go') awaited++
    await take(step, { stream, response, awaited })
    if (response.destroyed) return
  }
}

interface Playing {
  readonly stream: ScriptedStream
  readonly response: ServerResponse
  /** How many calls of `go()` the present step waits for. */
  readonly awaited: number
}

async function take(step: Step, { stream, response, awaited }: Playing): Promise<void> {
  if (typeof step === 'string') await write(response, step)
  else if ('waitMs' in step) await sleep(step.waitMs)
  else if (!('mark' in step)) await write(response, Uint8Array.from(step))
  else if (step.mark === 'end') response.end()
  // What was written before is on its way: each write was waited for.
  else if (step.mark === 'cut') response.socket?.destroy()
  else {
    while (stream.gone < awaited && !response.destroyed) {
      await Promise.race([once(stream.changes, 'change'), once(response, 'close')])
    }
  }
}

/** Writes, and waits until it is on its way. */
function write(response: ServerResponse, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    response.write(chunk, () => resolve())
  })
}
