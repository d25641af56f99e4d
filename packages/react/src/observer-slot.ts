import { RESTLESS_COMMITS } from './policy.ts'
import type { StreamAddress } from './stream-address.ts'
import { createStreamObserver, type ObserverOptions, type StreamObserver } from './stream-observer.ts'
import { warn } from './warn.ts'

// Bundlers put the mode in its place, as they do for React itself.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What a component keeps over its renders. */
export interface ObserverSlot {
  /** The observer of a stream and a fold. Making one has no effect, and so may be done by a render that is thrown away. */
  observerOf(address: StreamAddress, options: ObserverOptions): StreamObserver
  /** Takes what was committed. The observer of another stream leaves. */
  commit(observer: StreamObserver, options: ObserverOptions): void
}

/** Makes a slot without an observer. */
export function createObserverSlot(): ObserverSlot {
  let committed: StreamObserver | undefined
  let changes = 0

  return {
    observerOf(address, options) {
      return committed?.key === address.key && committed.member.options.fold === options.fold
        ? committed
        : createStreamObserver(address, options, { replaces: committed })
    },
    commit(observer, options) {
      const isOther = committed?.key !== observer.key
      // In the commit itself: an event that comes before its effects must not meet the callbacks of another user. Another fold
      // of the same stream takes over as the effects run, without a hole.
      if (isOther) committed?.release()
      if (process.env.NODE_ENV !== 'production') {
        changes = isOther ? changes + 1 : 0
        if (changes === RESTLESS_COMMITS) {
          warn(
            'useEventStream was given another URL, scope, body or headers at each render, and so makes another connection each time: is there a time or a random number in it?',
          )
        }
      }
      observer.member.options = options
      committed = observer
    },
  }
}
