import { isChannel } from '@millrace/core'
import type { Channel, ChannelEvent, OutputOf } from '@millrace/core'
import type { ConnectOptions, PerAttempt } from './connect-options.ts'
import { connect } from './connection.ts'
import type { EventStreamConnection } from './event-stream-connection.ts'
import type { PlainEvent } from './stream-item.ts'

/** Options of {@link connectEventStream} for a source that is a channel. */
export interface ChannelConnectOptions extends ConnectOptions {
  /** Where the channel's route is. */
  readonly url: PerAttempt<string | URL>
}

/** Options of {@link connectEventStream} for a source that is a URL. */
export interface PlainConnectOptions<Data> extends ConnectOptions {
  /** Makes data of an event's text, as `JSON.parse` does. An event it throws for is left out. Default: the text. */
  readonly parse?: ((text: string) => Data) | undefined
}

/**
 * Connects to an event stream, and stays connected: it reconnects and resumes by itself until the stream is done, fails
 * for good, or is closed. The first request is sent after the current task's synchronous part, so that who subscribes at
 * once hears everything.
 *
 * @param source - A channel made by `defineStream`, or the URL of any event stream.
 * @param options - See {@link ConnectOptions}; `url` for a channel, `parse` for a URL.
 * @throws {TypeError} If the URL or the headers are not valid, or a GET has a body.
 * @throws {RangeError} If `reconnectionTimeMs` is not a number, or a limit is not positive.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
 * @example
 * for await (const event of connectEventStream('/events')) console.log(event)
 */
export function connectEventStream<C extends Channel<object, object>>(
  source: C,
  options: ChannelConnectOptions,
): EventStreamConnection<ChannelEvent<OutputOf<C>>>
/** Connects to any event stream by its URL, and makes data of each event's text. */
export function connectEventStream<Data>(
  source: string | URL,
  options: PlainConnectOptions<Data> & { readonly parse: (text: string) => Data },
): EventStreamConnection<PlainEvent<Data>>
/** Connects to any event stream by its URL. */
export function connectEventStream(
  source: string | URL,
  options?: ConnectOptions & { readonly parse?: undefined },
): EventStreamConnection<PlainEvent>
export function connectEventStream(
  source: Channel | string | URL,
  options: PlainConnectOptions<unknown> = {},
): EventStreamConnection<PlainEvent<unknown>> {
  if (isChannel(source)) return connect({ ...options, contract: source })
  const { url = source, parse = (text) => text } = options
  return connect({ ...options, url, contract: { decode: (_type, text) => parse(text), invalidData: 'skip' } })
}
