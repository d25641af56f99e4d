import type { ConnectionListener, EventStreamConnection } from './event-stream-connection.ts'

/** Where an inspector puts its {@link Tap}: a symbol of the registry, since a page may hold this module several times. */
export const TAP: unique symbol = Symbol.for('millrace.tap')

/**
 * Hears everything that every connection of the page or process tells, from the moment on that it is put on
 * `globalThis[Symbol.for('millrace.tap')]`; `onChunkEnd` has what came over the wire, `onStateChange` where a connection
 * stands. Nobody waits for it, and it harms nobody.
 *
 * @param name - The function of a listener that is called.
 * @param value - What that is called with.
 * @param connection - Who tells.
 */
export type Tap = (
  name: keyof ConnectionListener<unknown>,
  value: unknown,
  connection: EventStreamConnection<unknown>,
) => void
