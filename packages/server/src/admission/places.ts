/** A limit on places, by the name of its option. */
export type PlaceLimit = 'total' | 'pending' | 'perAddress' | 'perPrincipal'

/** How many places there are. */
export type PlaceLimits = Readonly<Record<PlaceLimit, number>>

/** What became of a request for a place. */
export type PlaceTaken = { readonly place: Place } | { readonly over: PlaceLimit }

/** How often each name counts at present; what counts no more leaves nothing behind. */
class Tally {
  readonly #counts = new Map<string, number>()

  get size(): number {
    return this.#counts.size
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  add(name: string): void {
    this.#counts.set(name, this.of(name) + 1)
  }

  remove(name: string): void {
    const left = this.of(name) - 1
    if (left > 0) this.#counts.set(name, left)
    else this.#counts.delete(name)
  }
}

/** The places of a hub: each request takes one before anything is done for it, and gives it back once. */
export class Places {
  readonly #limits: PlaceLimits
  readonly #byAddress = new Tally()
  readonly #byPrincipal = new Tally()
  #taken = 0
  #pending = 0

  constructor(limits: PlaceLimits) {
    this.#limits = limits
  }

  /** Places that are taken. */
  get taken(): number {
    return this.#taken
  }

  /** Places of requests that are being judged. */
  get pending(): number {
    return this.#pending
  }

  /** Addresses and principals that have a place. */
  get names(): number {
    return this.#byAddress.size + this.#byPrincipal.size
  }

  /** Takes a place for a request that is to be judged, or says which limit is reached. */
  take(address?: string): PlaceTaken {
    const { total, pending, perAddress } = this.#limits
    if (this.#taken >= total) return { over: 'total' }
    if (this.#pending >= pending) return { over: 'pending' }
    if (address !== undefined && this.#byAddress.of(address) >= perAddress) return { over: 'perAddress' }
    this.#taken++
    this.#pending++
    if (address !== undefined) this.#byAddress.add(address)
    return { place: this.#place(address) }
  }

  #place(address: string | undefined): Place {
    let state: 'pending' | 'open' | 'left' = 'pending'
    let owner: string | undefined
    const settle = (next: 'open' | 'left'): void => {
      if (state === 'pending') this.#pending--
      state = next
    }
    return {
      isPending: () => state === 'pending',
      assign: (principal) => {
        // Who has left meanwhile is counted no more, and whatever comes of the judging is not opened.
        if (state === 'left' || owner !== undefined) return true
        if (this.#byPrincipal.of(principal) >= this.#limits.perPrincipal) return false
        this.#byPrincipal.add(principal)
        owner = principal
        return true
      },
      open: () => {
        if (state === 'pending') settle('open')
      },
      leave: () => {
        if (state === 'left') return
        settle('left')
        this.#taken--
        if (address !== undefined) this.#byAddress.remove(address)
        if (owner !== undefined) this.#byPrincipal.remove(owner)
      },
    }
  }
}

/** One place. Every step may be asked for again, and counts once. */
export interface Place {
  /** Whether its request is still being judged. */
  readonly isPending: () => boolean
  /** Counts it for a principal; `false` if that one has no place left. */
  readonly assign: (principal: string) => boolean
  /** Ends the judging: a stream has the place now. */
  readonly open: () => void
  /** Gives it back. */
  readonly leave: () => void
}
