import { createServer } from 'node:http'
import { createChannel, createSession } from 'better-sse'
import type { Contender } from './contender.ts'

/** A channel of better-sse, as its documentation has it; without signs of life, which nobody here needs. */
export function createBetterSse(): Contender {
  const channel = createChannel()
  const server = createServer((request, response) => {
    void createSession(request, response, { keepAlive: null }).then((session) => {
      channel.register(session)
      session.push(0, 'open')
    })
  })
  return {
    server,
    broadcast: (payloads) => {
      for (const payload of payloads) {
        channel.broadcast(payload, 'event', { eventId: `${payload.n}`.padStart(22, '0') })
      }
    },
  }
}
