import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'

const TICK_MS = 4

/** A server of one page, and of the streams that the page asks for. */
export interface PageServer {
  /** Where the page is. */
  readonly url: string
  /** How many streams were asked for so far. */
  readonly streams: () => number
  /** Ends it. */
  readonly close: () => Promise<void>
}

/**
 * Serves a script of `browser/` as a page, bundled as for production, and streams at `/events?count=…&perSecond=…`: each event is
 * its number, written when it is due.
 */
export async function startPageServer(script: string): Promise<PageServer> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, `${script}.ts`)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  })
  const code = outputFiles[0]?.text ?? ''
  let streams = 0

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/page.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(code)
    } else if (pathname === '/events') {
      streams += 1
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      const count = Number(searchParams.get('count'))
      const perMs = Number(searchParams.get('perSecond')) / 1000
      const sinceMs = performance.now()
      let sent = 0
      const timer = setInterval(() => {
        const due = Math.min(count, Math.floor((performance.now() - sinceMs) * perMs))
        // One write each, so that a reader may get them one by one.
        for (; sent < due; sent += 1) response.write(`id: ${sent + 1}\ndata: ${sent + 1}\n\n`)
        // The stream stays open: its end would be a reconnect.
        if (sent === count) clearInterval(timer)
      }, TICK_MS)
      response.once('close', () => clearInterval(timer))
    } else {
      const html =
        '<!doctype html><meta charset="utf-8"><title>bench</title><body><script src="/page.js"></script>'
      response.writeHead(200, { 'content-type': 'text/html' }).end(html)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    streams: () => streams,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
