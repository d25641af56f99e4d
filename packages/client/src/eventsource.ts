/**
 * The `EventSource` of the standard, for browsers, workers and Node.
 *
 * @packageDocumentation
 */
export * from './eventsource/event-source.ts'
export type * from './eventsource/event-source-options.ts'
