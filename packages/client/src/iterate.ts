import type { EventStreamConnection } from './event-stream-connection.ts'
import type { Listeners } from './listeners.ts'
import type { PlainEvent, StreamItem } from './stream-item.ts'

/** Reading stops while this many items wait to be taken. One chunk may bring more at once. */
export const MAX_QUEUED_ITEMS = 1000

type Item = StreamItem<PlainEvent<unknown>>

/** Creates an iterator over what a connection brings from now on. */
export function iterate(
  connection: EventStreamConnection<PlainEvent<unknown>>,
  listeners: Listeners<PlainEvent<unknown>>,
): AsyncIterator<Item, undefined> {
  const queue: Item[] = []
  let hasLeft = false
  let wake = (): void => undefined
  let makeRoom = (): void => undefined

  const push = (item: Item): void => {
    queue.push(item)
    wake()
  }
  const unsubscribe = listeners.add({
    onEvent: push,
    onGap: push,
    onSnapshot: push,
    onLive: push,
    onEnd: push,
    onStateChange: () => wake(),
    room: () =>
      queue.length < MAX_QUEUED_ITEMS
        ? undefined
        : new Promise((resolve) => {
            makeRoom = resolve
          }),
  })

  async function* items(): AsyncGenerator<Item, undefined> {
    try {
      while (!hasLeft && connection.status !== 'closed') {
        const item = queue.shift()
        if (item) {
          if (queue.length < MAX_QUEUED_ITEMS) makeRoom()
          yield item
          continue
        }
        const { state } = connection
        if (state.status === 'failed') throw state.error
        if (state.status === 'done') break
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return undefined
    } finally {
      unsubscribe()
    }
  }

  const generator = items()
  return {
    next: () => generator.next(),
    return: () => {
      hasLeft = true
      unsubscribe()
      makeRoom()
      wake()
      if (listeners.isEmpty()) connection.close()
      return generator.return(undefined)
    },
  }
}
