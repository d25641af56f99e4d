import type { PlainEvent } from '@millrace/client'
import { EventStreamError, type Channel } from '@millrace/core'
import { warn } from './warn.ts'

// Bundlers put the mode in its place, as they do for React itself.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** An event with its data as text, as the connection brings it, or as a value. */
export type StreamEvent = PlainEvent<unknown>

/** How the text of an event's data becomes a value, and which events count. */
export interface ReadingRules {
  /** The contract, for streams that have one. */
  readonly channel?: Pick<Channel, 'decode' | 'invalidData'> | undefined
  /** Turns the text of data into a value, where there is no contract. */
  readonly parse?: ((text: string) => unknown) | undefined
  /** The types that count. Default all. */
  readonly events?: readonly string[] | undefined
}

/** What reading an event came to, and by which function. */
interface Reading {
  readonly by: NonNullable<ReadingRules['parse']> | Channel['decode']
  readonly outcome: StreamEvent | EventStreamError
}

// One entry per event is enough: what reads one stream mostly shares its function, so that data is parsed once.
const readings = new WeakMap<StreamEvent, Reading>()

/** Reads an event; `undefined` where its type does not count. The same reading again is the same object. */
export function readEvent(
  received: StreamEvent,
  { channel, parse, events }: ReadingRules,
): StreamEvent | EventStreamError | undefined {
  if (events && !events.includes(received.type)) return undefined
  const by = channel?.decode ?? parse
  if (!by) return received
  let reading = readings.get(received)
  if (reading?.by !== by) {
    const text = received.data as string
    let outcome: Reading['outcome']
    try {
      outcome = { ...received, data: channel ? channel.decode(received.type, text) : parse?.(text) }
    } catch (cause) {
      if (process.env.NODE_ENV !== 'production') {
        warn('the data of an event was refused; the event is left out, and `error` says so', cause)
      }
      outcome = refused('parse', received, cause)
    }
    readings.set(received, (reading = { by, outcome }))
  }
  return reading.outcome
}

/** The error that says which event is missing from the data, and why. */
export function refused(who: string, { type }: StreamEvent, cause: unknown): EventStreamError {
  if (EventStreamError.is(cause)) return cause
  return new EventStreamError('invalid-data', `${who} threw at an event of type ${type}`, { cause })
}
