import type { EventStreamConnection } from './event-stream-connection.ts'
import type { Hear } from './listeners.ts'
import { MAX_QUEUED_ITEMS } from './policy.ts'
import type { PlainEvent, StreamItem } from './stream-item.ts'
import { isSettled } from './transition.ts'

type Item = StreamItem<PlainEvent<unknown>>

/** Creates an iterator over what a connection brings from now on. */
export function iterate(
  connection: EventStreamConnection<PlainEvent<unknown>>,
  listeners: Set<Hear>,
): AsyncIterator<Item, undefined> {
  // Each item is an object of its own, so a set is a queue, whose first item costs nothing to take however long it is.
  const queue = new Set<Item>()
  // Either the loop waits for an item, or, where there are too many, the reader for room.
  let wake = (): void => undefined
  const woken = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
    })
  const hear: Hear = (name, value) => {
    if (name === 'room') return queue.size < MAX_QUEUED_ITEMS ? undefined : woken()
    // Of all that is told only items have a type.
    if ((value as Item | undefined)?.type) queue.add(value as Item)
    if (connection.status === 'closed') queue.clear()
    return wake()
  }
  listeners.add(hear)

  async function* items(): AsyncGenerator<Item, undefined> {
    for (;;) {
      for (const item of queue) {
        queue.delete(item)
        if (queue.size < MAX_QUEUED_ITEMS) wake()
        yield item
      }
      const { state } = connection
      if (!listeners.has(hear) || isSettled(state)) {
        listeners.delete(hear)
        if (state.status === 'failed') throw state.error
        return
      }
      await woken()
    }
  }

  const generator = items()
  return {
    next: () => generator.next(),
    return: () => {
      listeners.delete(hear)
      wake()
      if (listeners.size === 0) connection.close()
      return generator.return(undefined)
    },
  }
}
