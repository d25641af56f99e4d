import type { ConnectionListener } from './event-stream-connection.ts'

/** A listener that may ask for reading to stop. */
export interface Consumer<Event> extends ConnectionListener<Event> {
  /** Resolves when more may be read; `undefined` where it may at once. */
  readonly room?: () => Promise<void> | undefined
}

/** The listeners of one connection. Its methods need no `this`. */
export interface Listeners<Event> {
  /** Adds a listener, also one that is there already. Returns a function that removes it. */
  readonly add: (listener: Consumer<Event>) => () => void
  /** Calls the listeners that were there at the start and still are. */
  readonly deliver: (call: (listener: Consumer<Event>) => void) => void
  /** Removes all listeners. */
  readonly clear: () => void
  /** Tells whether nobody listens. */
  readonly isEmpty: () => boolean
  /** Resolves when more may be read. */
  readonly room: () => Promise<unknown>
}

/** Creates the listeners of one connection. */
export function createListeners<Event>(): Listeners<Event> {
  // Wrapped, so that a listener can be there twice.
  const entries = new Set<{ readonly listener: Consumer<Event> }>()
  return {
    add(listener) {
      const entry = { listener }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    deliver(call) {
      // A copy, so that who subscribes in the middle of an event hears from the next one on.
      for (const entry of Array.from(entries)) {
        if (entries.has(entry)) guard(() => call(entry.listener))
      }
    },
    clear: () => entries.clear(),
    isEmpty: () => entries.size === 0,
    room: () => Promise.all(Array.from(entries, async ({ listener }) => listener.room?.())),
  }
}

/** Calls a user's function. What it throws surfaces as an uncaught error, and harms nobody else. */
export function guard<Result>(call: () => Result): Result | undefined {
  try {
    return call()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
    return undefined
  }
}
