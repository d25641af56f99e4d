import type { Channel, InvalidDataPolicy } from './channel.ts'
import { isEventType, isReservedType } from './protocol/blocks.ts'
import { eventCodec } from './event-codec.ts'
import type { SchemaInput, SchemaOutput, StandardSchema } from './standard-schema.ts'

const STREAM_NAME = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}$/
const MAX_CHANNEL_LENGTH = 512

/** The values that bind a stream to one of its channels. They become part of the channel's name. */
export type StreamParams = Readonly<Record<string, string | number | boolean>>

/** A stream of many channels: call it with parameters to get one. */
export interface ParameterizedStream<
  Params extends object,
  Input extends object,
  Output extends object = Input,
> {
  /**
   * Binds the stream to one channel. Equal parameters give equal channels, in any order of keys.
   *
   * @throws {TypeError} If a parameter is missing, not declared, or not a string, finite number or boolean.
   * @throws {RangeError} If the channel's name would be longer than 512 characters.
   */
  (params: Params): Channel<Input, Output>
  /** The name of the stream. */
  readonly stream: string
}

/** Options of {@link defineStream} where events are given as types. */
export interface StreamOptions {
  /** What becomes of received data that is not JSON. Default `'skip'`. */
  readonly invalidData?: InvalidDataPolicy
}

/** Options of {@link defineStream} where events are given as schemas. */
export interface SchemaStreamOptions<
  Schemas extends Readonly<Record<string, StandardSchema>>,
  Names extends string,
> extends StreamOptions {
  /** The schema of each event type. Must be synchronous. */
  readonly events: Schemas
  /** The names of the parameters, for a stream of many channels. Default none. */
  readonly params?: readonly Names[]
}

/** What goes into each of some schemas: data by event type. */
export type SchemaInputs<Schemas> = { -readonly [Type in keyof Schemas]: SchemaInput<Schemas[Type]> }

/** What comes out of each of some schemas: data by event type. */
export type SchemaOutputs<Schemas> = { -readonly [Type in keyof Schemas]: SchemaOutput<Schemas[Type]> }

/** What {@link defineStream} makes: a channel, or with parameters a function that makes channels. */
export type StreamDefinition<Params extends object, Input extends object, Output extends object = Input> = [
  Params,
] extends [never]
  ? Channel<Input, Output>
  : ParameterizedStream<Params, Input, Output>

/**
 * Names a stream and gives the types of its events, for both ends at once.
 *
 * With types alone nothing is checked at run time but that data is JSON. With schemas (the other overload), `publish` refuses
 * data that does not pass, the wire carries what was published, and clients get what their schema makes of it.
 *
 * @param name - The stream's name: 1 to 100 of `A-Za-z0-9_./-`, not beginning with `millrace.`.
 * @param options - `invalidData`: what becomes of received data that is not JSON, default `'skip'`.
 * @returns A channel; or, with parameters, a function that binds the stream to one.
 * @throws {TypeError} If the name is not allowed.
 * @example
 * const prices = defineStream<{ tick: { symbol: string; price: number } }>('prices')
 * const rooms = defineStream<{ message: string }, { id: string }>('rooms')
 */
export function defineStream<Events extends object, Params extends StreamParams = never>(
  name: string,
  options?: StreamOptions & { readonly events?: undefined },
): StreamDefinition<Params, Events>
/**
 * Names a stream and gives the schema of each of its events: checked by publishers, and by readers.
 *
 * @param name - The stream's name: 1 to 100 of `A-Za-z0-9_./-`, not beginning with `millrace.`.
 * @param options - `events`: schemas by event type; `params`: names of parameters; `invalidData`: what becomes of received
 *   data that does not pass, default `'skip'`.
 * @returns A channel; or, with parameters, a function that binds the stream to one.
 * @throws {TypeError} If the name is not allowed, or an event type is reserved or has no schema.
 * @example
 * const orders = defineStream('orders', { events: { placed: z.object({ total: z.number() }) } })
 */
export function defineStream<
  const Schemas extends Readonly<Record<string, StandardSchema>>,
  const Names extends string = never,
>(
  name: string,
  options: SchemaStreamOptions<Schemas, Names>,
): StreamDefinition<
  [Names] extends [never] ? never : Readonly<Record<Names, string | number | boolean>>,
  SchemaInputs<Schemas>,
  SchemaOutputs<Schemas>
>
export function defineStream(
  name: string,
  options: StreamOptions & {
    readonly events?: Readonly<Record<string, StandardSchema>> | undefined
    readonly params?: readonly string[]
  } = {},
): unknown {
  checkName(name)
  if (options.events) checkSchemas(name, options.events)
  const invalidData = checkPolicy(name, options.invalidData ?? 'skip')
  const contract = { stream: name, ...eventCodec(name, options.events), invalidData }
  const bind = (params: StreamParams): Channel =>
    Object.freeze({ ...contract, channel: channelName(name, params, options.params) })
  // Types alone leave no trace of parameters, so the definition is a channel and binds as well; the types allow one of the two.
  const channel = options.params?.length ? undefined : name
  return Object.freeze(Object.assign(bind, { ...contract, channel }))
}

function checkName(name: string): void {
  if (typeof name !== 'string' || !STREAM_NAME.test(name) || name.startsWith('millrace.')) {
    throw new TypeError(
      `defineStream: the name must be 1 to 100 of A-Za-z0-9_./- and not begin with "millrace."; got ${JSON.stringify(name)}`,
    )
  }
}

function checkSchemas(name: string, schemas: Readonly<Record<string, StandardSchema>>): void {
  for (const [type, schema] of Object.entries(schemas)) {
    if (!isEventType(type) || isReservedType(type)) {
      throw new TypeError(
        `defineStream: ${name} cannot have events of type ${JSON.stringify(type)}: types are 1 to 200 characters without line ends or NUL, and "millrace." is reserved`,
      )
    }
    if (typeof schema?.['~standard']?.validate !== 'function') {
      throw new TypeError(`defineStream: the schema of ${name}'s event "${type}" is not a Standard Schema`)
    }
  }
}

function checkPolicy(name: string, policy: InvalidDataPolicy): InvalidDataPolicy {
  if (policy === 'skip' || policy === 'fail') return policy
  throw new TypeError(
    `defineStream: invalidData of ${name} must be "skip" or "fail"; got ${JSON.stringify(policy)}`,
  )
}

function channelName(stream: string, params: StreamParams, declared: readonly string[] | undefined): string {
  if (typeof params !== 'object' || params === null) {
    throw new TypeError(
      `${stream}(params): params must be an object; got ${params === null ? 'null' : typeof params}`,
    )
  }
  const given = Object.keys(params).sort()
  const missing = declared?.filter((key) => !given.includes(key)) ?? []
  const foreign = declared ? given.filter((key) => !declared.includes(key)) : []
  if (given.length === 0 || missing.length > 0 || foreign.length > 0) {
    throw new TypeError(
      `${stream}(params): expected ${declared ? declared.join(', ') : 'at least one parameter'}; got ${given.join(', ') || 'none'}`,
    )
  }
  const query = given
    .map((key) => `${encode(stream, key, key)}=${encode(stream, key, params[key])}`)
    .join('&')
  const channel = `${stream}?${query}`
  if (channel.length > MAX_CHANNEL_LENGTH) {
    throw new RangeError(
      `${stream}(params): the channel's name may be ${MAX_CHANNEL_LENGTH} characters long; got ${channel.length}`,
    )
  }
  return channel
}

function encode(stream: string, key: string, value: unknown): string {
  const usable = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
  // A lone surrogate has no encoding, and two of them would share a channel if replaced.
  if (!usable || !String(value).isWellFormed()) {
    throw new TypeError(
      `${stream}(params): ${JSON.stringify(key)} must be a well-formed string, a finite number or a boolean; got ${typeof value}`,
    )
  }
  return encodeURIComponent(String(value))
}
