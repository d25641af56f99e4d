/**
 * A client for event streams that reconnects and resumes by itself.
 *
 * @packageDocumentation
 */
export * from './connect-event-stream.ts'
export type { AttemptContext, ConnectOptions, PerAttempt, RequestBody } from './connect-options.ts'
export type * from './connection-state.ts'
export type * from './event-stream-connection.ts'
export type * from './stream-item.ts'
export type { Tap } from './tap.ts'
