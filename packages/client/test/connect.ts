import { onTestFinished } from 'vitest'
import { connectEventStream } from '../src/index.ts'
import type { ConnectOptions, EventStreamConnection, PlainEvent } from '../src/index.ts'

/** Closes a connection with its test. */
export function closedWithTest<Connection extends { close(): void }>(connection: Connection): Connection {
  onTestFinished(() => connection.close())
  return connection
}

/** Connects until the end of the test, with no more time between attempts than there has to be. */
export function connect(url: string, options: ConnectOptions = {}): EventStreamConnection<PlainEvent> {
  return closedWithTest(connectEventStream(url, { reconnectionTimeMs: 0, ...options }))
}
