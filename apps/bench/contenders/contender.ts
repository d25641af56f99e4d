import type { Server } from 'node:net'

/** What is broadcast. */
export interface Payload {
  /** Its number: 1, 2, 3 …, of each contender's own. */
  readonly n: number
  /** When it was published, in milliseconds since the epoch, by the clock of `sharedNowMs`. */
  readonly at: number
  /** Makes it as long as it is to be. */
  readonly pad: string
}

/** A way to send each event to all clients of a server. */
export interface Contender {
  /** The server; every request that it answers is one more client. Not yet listening. */
  readonly server: Server
  /** Sends events to all clients, within this tick as far as the caller is concerned. */
  readonly broadcast: (payloads: readonly Payload[]) => void
}

/** The headers of all contenders that set their own: those that Millrace sends. */
export const EVENT_STREAM_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform, private',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
}

/** An event as contenders write it that have no encoder of their own; its id is as long as those of Millrace. */
export function blockOf(payload: Payload): string {
  const id = `${payload.n}`.padStart(22, '0')
  return `event: event\ndata: ${JSON.stringify(payload)}\nid: ${id}\n\n`
}

/** The first block of contenders that have none of their own: by it a client knows that it is one. */
export const OPEN_BLOCK = 'event: open\ndata: 0\n\n'
