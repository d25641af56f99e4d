import { streamRequest } from './block-reader.ts'

/** Makes requests whose signals count their listeners, so that one that is left behind shows. */
export class CountedRequests {
  /** Listeners that hang on a request at present. */
  listening = 0

  /** A request to a route, as `streamRequest` makes it. */
  create(init: RequestInit & { readonly lastEventId?: string } = {}): Request {
    const request = streamRequest(init.lastEventId, init)
    const { signal } = request
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      this.listening++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      this.listening--
      remove(...args)
    }
    return request
  }
}
