import type { EventStreamConnection } from './event-stream-connection.ts'
import type { Listeners } from './listeners.ts'
import type { PlainEvent, StreamItem } from './stream-item.ts'
import { isSettled } from './transition.ts'

/** Reading stops while this many items wait to be taken. One chunk may bring more at once. */
export const MAX_QUEUED_ITEMS = 1000

type Item = StreamItem<PlainEvent<unknown>>

/**
 * Creates an iterator over what a connection brings from now on.
 *
 * @param onTaken - Called when there is room for more.
 */
export function iterate(
  connection: EventStreamConnection<PlainEvent<unknown>>,
  listeners: Listeners<PlainEvent<unknown>>,
  onTaken: () => void,
): AsyncIterator<Item, undefined> {
  let queue: Item[] = []
  let hasLeft = false
  let wake: (() => void) | undefined

  const push = (item: Item): void => {
    queue.push(item)
    wake?.()
  }
  const unsubscribe = listeners.add({
    onEvent: push,
    onGap: push,
    onSnapshot: push,
    onLive: push,
    onEnd: push,
    onStateChange: ({ status }) => {
      if (status === 'closed') queue = []
      wake?.()
    },
    isFull: () => queue.length >= MAX_QUEUED_ITEMS,
  })

  async function* items(): AsyncGenerator<Item, undefined> {
    for (;;) {
      for (let item = queue.shift(); item; item = queue.shift()) {
        onTaken()
        yield item
      }
      const { state } = connection
      if (hasLeft || isSettled(state)) {
        unsubscribe()
        if (!hasLeft && state.status === 'failed') throw state.error
        return undefined
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  const generator = items()
  return {
    next: () => generator.next(),
    return: () => {
      hasLeft = true
      queue = []
      unsubscribe()
      onTaken()
      wake?.()
      if (listeners.isEmpty()) connection.close()
      return generator.return(undefined)
    },
  }
}
