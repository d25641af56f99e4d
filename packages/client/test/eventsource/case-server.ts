import { openEventServer } from '../event-server.ts'
import type { Exchange } from '../event-server.ts'
import { standardCases } from './cases.ts'
import type { Answer } from './cases.ts'

/** A server that has its side of every conversation. */
export interface CaseServer {
  readonly origin: string
  /** Where a conversation is held: once for each name. */
  readonly caseUrl: (index: number, name: string) => string
  /** `Last-Event-ID` of the requests of a conversation. */
  readonly sentIds: (index: number, name: string) => readonly (string | null)[]
  readonly stop: () => Promise<void>
}

/**
 * Starts the server on loopback.
 *
 * @param script - What the page at its root, and a worker at `/worker.js`, run. Default nothing.
 */
export async function openCaseServer(script = ''): Promise<CaseServer> {
  const conversations = new Map<string, (string | null)[]>()
  const { url, stop } = await openEventServer(async (exchange) => {
    const { request, response } = exchange
    const { 'last-event-id': sentId } = request.headers
    const { pathname, port, search } = new URL(request.url ?? '', url)
    if (pathname === '/worker.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    else if (!search) {
      const page = `<!doctype html><title>Sources</title><script src="/worker.js"></script>`
      response.writeHead(200, { 'content-type': 'text/html' }).end(page)
    } else {
      const sentIds = conversations.get(search) ?? []
      conversations.set(search, sentIds)
      const isElsewhere = pathname === '/elsewhere'
      if (!isElsewhere) {
        sentIds.push(sentId === undefined ? null : Buffer.from(String(sentId), 'latin1').toString('utf8'))
      }
      const [index = ''] = search.slice(1).split('-')
      const answer = standardCases[Number(index)]?.answers[sentIds.length - 1] ?? { status: 204 }
      if (answer.isRedirected && !isElsewhere) {
        const location = `http://localhost:${port}/elsewhere${search}`
        response.writeHead(307, { location }).end()
      } else await respond(exchange, answer)
    }
  })
  const search = (index: number, name: string): string => `?${index}-${name}`
  return {
    origin: new URL(url).origin,
    caseUrl: (index, name) => new URL(search(index, name), url).href,
    sentIds: (index, name) => conversations.get(search(index, name)) ?? [],
    stop,
  }
}

async function respond({ request, response }: Exchange, answer: Answer): Promise<void> {
  const { status = 200, contentType = 'text/event-stream', chunks = [], ending } = answer
  response.writeHead(status, {
    'access-control-allow-origin': request.headers.origin ?? '*',
    ...(contentType && { 'content-type': contentType }),
    // Engines expect no body behind it, not even the end of one.
    ...(status === 205 && { 'content-length': 0 }),
  })
  response.flushHeaders()
  for (const piece of chunks) {
    const bytes = typeof piece === 'string' ? piece : new Uint8Array(piece)
    await new Promise((written) => response.write(bytes, written))
  }
  if (ending === 'cut') response.socket?.destroy()
  else response.end()
}
