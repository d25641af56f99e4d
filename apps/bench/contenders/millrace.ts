import { createServer } from 'node:http'
import { defineStream } from '@millrace/core'
import { Hub, toResponse } from '@millrace/server'
import { toNodeHandler } from '@millrace/server/node'
import type { Contender, Payload } from './contender.ts'

/** Millrace as users have it who set nothing. */
export function createMillrace(): Contender {
  const hub = new Hub()
  const events = defineStream<{ event: Payload }>('events')
  return {
    server: createServer(toNodeHandler((request) => toResponse(request, events, { hub }))),
    broadcast: (payloads) => {
      for (const data of payloads) void hub.publish(events, { type: 'event', data })
    },
  }
}
