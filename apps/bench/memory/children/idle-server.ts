/** The server whose streams cost memory while nothing happens: Millrace, and others that hold a response open for each client. */
import { type RequestListener, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { defineStream } from '@millrace/core'
import { Hub, toResponse } from '@millrace/server'
import { toNodeHandler } from '@millrace/server/node'
import { createChannel, createSession } from 'better-sse'
import { answerCommands } from '../../harness/commands.ts'
import { type ProcessFigures, collectGarbage, readProcessFigures } from '../../harness/process-figures.ts'

/** What serves the streams. */
export type IdleContender = 'millrace' | 'plain' | 'better-sse'

const EVENT_STREAM = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform, private',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
}

/** Each as its users write it: all clients are on one channel, and get something to read at once. */
const listeners: Readonly<Record<IdleContender, () => RequestListener>> = {
  millrace: () => {
    const hub = new Hub()
    const events = defineStream('events')
    return toNodeHandler((request) => toResponse(request, events, { hub }))
  },
  plain: () => {
    const responses = new Set<ServerResponse>()
    return (_, response) => {
      responses.add(response)
      response.once('close', () => responses.delete(response))
      response.writeHead(200, EVENT_STREAM)
      response.write('data: opened\n\n')
    }
  },
  'better-sse': () => {
    const channel = createChannel()
    return async (request, response) => {
      const session = await createSession(request, response)
      channel.register(session)
      session.push('opened')
    }
  },
}

const commands = {
  /** Listens on a free port, which it returns. */
  listen: (contender: IdleContender): Promise<number> => {
    const server = createServer(listeners[contender]())
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    )
  },
  figures: (): ProcessFigures => readProcessFigures(),
  collectGarbage: (): void => collectGarbage(),
}

/** What the server can be asked. */
export type IdleServerCommands = typeof commands

answerCommands(commands)
