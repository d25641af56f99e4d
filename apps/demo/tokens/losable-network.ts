/** A network that can be lost on purpose. */
export interface LosableNetwork {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Breaks off the latest response in the middle of its body: whoever reads it meets an error, and no end. */
  readonly lose: () => void
}

/** Makes one, out of the browser's own. */
export function createLosableNetwork(): LosableNetwork {
  let loss = new AbortController()
  return {
    async fetch(url, init) {
      loss = new AbortController()
      const signals = [loss.signal, ...(init.signal ? [init.signal] : [])]
      return fetch(url, { ...init, signal: AbortSignal.any(signals) })
    },
    lose: () => loss.abort(new TypeError('The network was lost')),
  }
}
