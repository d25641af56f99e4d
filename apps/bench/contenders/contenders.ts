import { createBetterSse } from './better-sse.ts'
import type { Contender } from './contender.ts'
import { createMillrace } from './millrace.ts'
import { createPlainWrites, createUnchunkedWrites } from './plain-writes.ts'
import { createRawSockets } from './raw-sockets.ts'

/** All ways to send each event to all clients, by their names in reports. */
export const contenders = {
  millrace: createMillrace,
  'res.write': createPlainWrites,
  'res.write, no chunks': createUnchunkedWrites,
  'raw sockets': createRawSockets,
  'better-sse': createBetterSse,
} satisfies Readonly<Record<string, () => Contender>>

/** The name of one. */
export type ContenderName = keyof typeof contenders
