import type { EventCodec } from './event-codec.ts'

/** What becomes of an event whose data its contract refuses, on the receiving side. */
export type InvalidDataPolicy =
  /** The event is left out, its error is reported, the stream goes on. */
  | 'skip'
  /** The stream ends as failed, with the error. */
  | 'fail'

/**
 * One log of events: a stream without parameters, or one binding of a stream that has them.
 *
 * Made by `defineStream`. `Input` maps each event type to the data that is published, `Output` to the data that
 * arrives; they differ only where a schema transforms.
 */
export interface Channel<
  Input extends object = Record<string, unknown>,
  Output extends object = Input,
> extends EventCodec {
  /** The name of the stream, as given to `defineStream`. */
  readonly stream: string
  /** The name of the log: the stream's, and behind it the parameters, if any: `rooms?id=general`. */
  readonly channel: string
  /** What becomes of received data that a schema refuses. */
  readonly invalidData: InvalidDataPolicy
  /** Types only; absent at run time. */
  readonly '~types'?: { readonly input: Input; readonly output: Output }
}

/** An event as given to `publish`: `type`, `data`, and an application's own `id` that makes the publish idempotent. */
export type ChannelInput<Input extends object> = {
  [Type in keyof Input & string]: {
    /** The event type. */
    readonly type: Type
    /** The event's data; goes over the wire as JSON. */
    readonly data: Input[Type]
    /** The application's id of this event: 1 to 64 of `A-Za-z0-9_-`. Publishing it again changes nothing. */
    readonly id?: string
  }
}[keyof Input & string]

/** An event of a channel as it arrives. */
export type ChannelEvent<Output extends object> = {
  [Type in keyof Output & string]: {
    /** The event type. */
    readonly type: Type
    /** The event's data, parsed, and checked where the contract has schemas. */
    readonly data: Output[Type]
    /** The last event ID string after this event: the cursor to go on from. Opaque. */
    readonly lastEventId: string
    /** The id that the publisher gave, if any. */
    readonly id?: string
    /** Whether the event was published before this connection caught up. */
    readonly replayed: boolean
  }
}[keyof Output & string]

/** The events that a channel takes: data by event type. */
export type InputOf<Source> = Source extends {
  readonly '~types'?: { readonly input: infer Input extends object }
}
  ? Input
  : never

/** The events that a channel yields: data by event type. */
export type OutputOf<Source> = Source extends {
  readonly '~types'?: { readonly output: infer Output extends object }
}
  ? Output
  : never

/** Tells whether a value is a channel; a stream with declared parameters is one only once it is bound. */
export function isChannel(value: unknown): value is Channel {
  return typeof (value as Partial<Channel> | null | undefined)?.channel === 'string'
}
