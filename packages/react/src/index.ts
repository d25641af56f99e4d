/**
 * Event streams in React components.
 *
 * @packageDocumentation
 */
export { defineStream, EventStreamError } from '@millrace/core'
export type {
  Channel,
  ChannelEvent,
  EventStreamErrorCode,
  EventStreamErrorOptions,
  InputOf,
  InvalidDataPolicy,
  OutputOf,
  ParameterizedStream,
  SchemaStreamOptions,
  StandardSchema,
  StreamDefinition,
  StreamOptions,
  StreamParams,
} from '@millrace/core'
export type { AttemptContext, ConnectionStatus, GapItem, PlainEvent } from '@millrace/client'
export { defineFold, type Fold } from './define-fold.ts'
export { EventStreamProvider, type EventStreamProviderProps } from './event-stream-provider.ts'
export type * from './event-stream-options.ts'
export type * from './event-stream-request-options.ts'
export { useEventStream } from './use-event-stream.ts'
export { useEventStreamRequest } from './use-event-stream-request.ts'
export { useEventStreamStatus, type EventStreamStatusOptions } from './use-event-stream-status.ts'
