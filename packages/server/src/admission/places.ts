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

/** What the places of a hub have in common. */
interface Counts {
  readonly byAddress: Tally
  readonly byPrincipal: Tally
  readonly perPrincipal: number
  taken: number
  pending: number
}

/** The places of a hub: each request takes one before anything is done for it, and gives it back once. */
export class Places {
  readonly #limits: PlaceLimits
  readonly #counts: Counts

  constructor(limits: PlaceLimits) {
    this.#limits = limits
    this.#counts = {
      byAddress: new Tally(),
      byPrincipal: new Tally(),
      perPrincipal: limits.perPrincipal,
      taken: 0,
      pending: 0,
    }
  }

  /** Places that are taken. */
  get taken(): number {
    return this.#counts.taken
  }

  /** Places of requests that are being judged. */
  get pending(): number {
    return this.#counts.pending
  }

  /** Addresses and principals that have a place. */
  get names(): number {
    return this.#counts.byAddress.size + this.#counts.byPrincipal.size
  }

  /** Takes a place for a request that is to be judged, or says which limit is reached. */
  take(address?: string): PlaceTaken {
    const { total, pending, perAddress } = this.#limits
    const counts = this.#counts
    if (counts.taken >= total) return { over: 'total' }
    if (counts.pending >= pending) return { over: 'pending' }
    if (address !== undefined && counts.byAddress.of(address) >= perAddress) return { over: 'perAddress' }
    return { place: new Place(counts, address) }
  }
}

/** One place. Every step may be asked for again, and counts once. */
export class Place {
  readonly #counts: Counts
  readonly #address: string | undefined
  #owner: string | undefined
  #state: 'pending' | 'open' | 'left' = 'pending'

  constructor(counts: Counts, address: string | undefined) {
    this.#counts = counts
    this.#address = address
    counts.taken++
    counts.pending++
    if (address !== undefined) counts.byAddress.add(address)
  }

  /** Whether its request is still being judged. */
  isPending(): boolean {
    return this.#state === 'pending'
  }

  /** Counts it for a principal; `false` if that one has no place left. */
  assign(principal: string): boolean {
    const { byPrincipal, perPrincipal } = this.#counts
    // Who has left meanwhile is counted no more, and whatever comes of the judging is not opened.
    if (this.#state === 'left' || this.#owner !== undefined) return true
    if (byPrincipal.of(principal) >= perPrincipal) return false
    byPrincipal.add(principal)
    this.#owner = principal
    return true
  }

  /** Ends the judging: a stream has the place now. */
  open(): void {
    if (this.isPending()) this.#settle('open')
  }

  /** Gives it back. */
  leave(): void {
    if (this.#state === 'left') return
    this.#settle('left')
    const { byAddress, byPrincipal } = this.#counts
    this.#counts.taken--
    if (this.#address !== undefined) byAddress.remove(this.#address)
    if (this.#owner !== undefined) byPrincipal.remove(this.#owner)
  }

  #settle(next: 'open' | 'left'): void {
    if (this.isPending()) this.#counts.pending--
    this.#state = next
  }
}
