import type { PlainEvent } from '@millrace/client'
import { EventStreamError } from '@millrace/core'

/** An event whose data nobody has looked at yet. */
export type StreamEvent = PlainEvent<unknown>

/** Hears an event. A method's type, since the hooks' signatures say more of the data than is known here. */
export type EventCallback = { hear(event: StreamEvent): void }['hear']

/** Makes the next state from the last one and an event. */
type AnyReducer = (state: unknown, event: StreamEvent) => unknown

/** Turns the text of an event's data into a value. */
type AnyParse = (text: string) => unknown

/** What events came to: the latest payload, or a fold of all. Never changed, only replaced. */
export interface Folded {
  /** The latest payload, or the state of the fold. */
  readonly data: unknown
  /** The latest event that is part of `data`. */
  readonly lastEvent: StreamEvent | undefined
  /** Why an event is missing from `data`. */
  readonly error: EventStreamError | undefined
}

/** What a component does with events. */
export interface FoldRules {
  readonly parse?: AnyParse | undefined
  readonly reducer?: AnyReducer | undefined
}

/** Data before the first event. */
export function unfolded(data: unknown): Folded {
  return { data, lastEvent: undefined, error: undefined }
}

/**
 * Takes one event in. Without a reducer its data is the new data. When the reducer throws, the data stays as it was.
 *
 * @returns What it came to, and the event as parsed; no event if `parse` threw.
 */
export function takeEvent(
  folded: Folded,
  received: StreamEvent,
  { parse, reducer }: FoldRules,
): { readonly folded: Folded; readonly event?: StreamEvent } {
  let event: StreamEvent
  try {
    event = parse ? parseEvent(received, parse) : received
  } catch (cause) {
    return { folded: { ...folded, error: refused('parse', received, cause) } }
  }
  try {
    const data = reducer ? reducer(folded.data, event) : event.data
    return { folded: { ...folded, data, lastEvent: event }, event }
  } catch (cause) {
    return { folded: { ...folded, error: refused('the reducer', event, cause) }, event }
  }
}

function refused(who: string, { type }: StreamEvent, cause: unknown): EventStreamError {
  return new EventStreamError('invalid-data', `${who} threw at an event of type "${type}"`, { cause })
}

// One entry per event is enough: components that read one stream mostly share their `parse`, as in `JSON.parse`.
const parsedEvents = new WeakMap<StreamEvent, { readonly parse: AnyParse; readonly event: StreamEvent }>()

function parseEvent(event: StreamEvent, parse: AnyParse): StreamEvent {
  const known = parsedEvents.get(event)
  if (known?.parse === parse) return known.event
  const parsed = { ...event, data: parse(String(event.data)) }
  parsedEvents.set(event, { parse, event: parsed })
  return parsed
}
