import { nowMs } from './clock.ts'
import type { EventHappening, Happening, Story } from './judge/records.ts'

/** All that happened to the clients of a channel, on its way between processes: events by their place in a list, as most of them came to many. */
export interface StoryData {
  readonly events: readonly EventHappening[]
  readonly others: readonly Happening[]
  /** For each client: places in `events` from 0 up, and in `others` from -1 down. */
  readonly clients: readonly { readonly client: number; readonly places: Int32Array }[]
}

/** Writes down what happens to the clients of one channel: some bytes for each event, however many clients saw it. */
export class StoryLog {
  readonly events: EventHappening[] = []
  readonly others: Happening[] = []
  readonly #known = new Map<string, number>()

  /** Takes an event. Returns its place. */
  event(id: string, n: number): number {
    const known = this.#known.get(id)
    const isSame = known !== undefined && Object.is(this.events[known]?.n, n)
    if (known !== undefined && isSame) return known
    // A copy: a part of a text keeps the whole of it in memory.
    const own = Buffer.from(id, 'latin1').toString('latin1')
    const place = this.events.push({ kind: 'event', id: own, n, seenAtMs: nowMs() }) - 1
    if (known === undefined) this.#known.set(own, place)
    return place
  }

  /** Takes anything else. Returns its place. */
  other(happening: Happening): number {
    return -this.others.push(happening)
  }
}

/** The stories of a channel's clients. */
export function storiesOf({ events, others, clients }: StoryData): readonly Story[] {
  return clients.map(({ client, places }) => ({
    client,
    happenings: {
      *[Symbol.iterator]() {
        for (const place of places) {
          const happening = place >= 0 ? events[place] : others[-1 - place]
          if (happening) yield happening
        }
      },
    },
  }))
}
