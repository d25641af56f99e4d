import type { Tick } from '../session/session-registry.ts'
import {
  type Grant,
  type GrantContext,
  type RevalidatedStream,
  type RevalidationTimes,
  SharedGrant,
} from './shared-grant.ts'

/** How many grants are asked for at one time; the others wait for their turn. */
const MAX_AT_ONCE = 256

/** How a stream is revalidated. */
export interface RevalidationOptions extends RevalidationTimes {
  /** What streams must have in common to share a grant; `undefined` for a stream that shares it with none. */
  readonly key: string | undefined
}

/** The grant of one stream, as it is at present. */
export interface Revalidation {
  /** The grant. */
  readonly grant: SharedGrant
  /** Has it asked for again if it is time. */
  readonly check: (tick: Tick) => void
}

/** The grants of a hub that are asked for again while their streams are open: one run each, however many streams there are. */
export class Revalidations {
  readonly #context: GrantContext
  readonly #shared = new Map<string, SharedGrant>()
  readonly #waiting: SharedGrant[] = []
  #asking = 0

  constructor(context: GrantContext) {
    this.#context = context
  }

  /** Has the grant of a stream asked for again, until the stream ends. */
  add(stream: RevalidatedStream, granted: Grant, { key, ...times }: RevalidationOptions): Revalidation {
    const grant =
      (key === undefined ? undefined : this.#shared.get(key)) ??
      new SharedGrant(granted, { ...this.#context, ...times })
    grant.add(stream, granted)
    if (key !== undefined) this.#shared.set(key, grant)
    stream.session.onEnd(() => {
      grant.remove(stream)
      if (key !== undefined && grant.isUnused && this.#shared.get(key) === grant) this.#shared.delete(key)
    })
    return { grant, check: (tick) => this.#check(grant, tick) }
  }

  #check(grant: SharedGrant, tick: Tick): void {
    if (!grant.isDue(tick)) return
    this.#waiting.push(grant)
    this.#askNext()
  }

  #askNext(): void {
    while (this.#asking < MAX_AT_ONCE) {
      const grant = this.#waiting.shift()
      if (!grant) return
      this.#asking++
      void grant.ask().finally(() => {
        this.#asking--
        this.#askNext()
      })
    }
  }
}
