import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Place, type PlaceLimits, Places } from './places.ts'

const limits = (some: Partial<PlaceLimits> = {}): PlaceLimits => ({
  total: Infinity,
  pending: Infinity,
  perAddress: Infinity,
  perPrincipal: Infinity,
  ...some,
})

function taken(places: Places, address?: string): Place {
  const result = places.take(address)
  if ('over' in result) throw new Error(`over ${result.over}`)
  return result.place
}

describe('the places of a hub', () => {
  test('are taken before a request is judged, and given back once, however often that is asked for', () => {
    const places = new Places(limits({ total: 1 }))
    const place = taken(places)
    expect(places.take()).toEqual({ over: 'total' })
    place.leave()
    place.leave()
    place.open()
    expect([places.taken, places.pending]).toEqual([0, 0])
    taken(places)
    expect(places.take()).toEqual({ over: 'total' })
  })

  test('count as pending until a stream is open', () => {
    const places = new Places(limits({ pending: 1 }))
    const place = taken(places)
    expect(places.take()).toEqual({ over: 'pending' })
    place.open()
    expect([places.taken, places.pending, place.isPending()]).toEqual([1, 0, false])
    taken(places)
  })

  test('count by address and by principal, each name for itself', () => {
    const places = new Places(limits({ perAddress: 1, perPrincipal: 1 }))
    const here = taken(places, 'here')
    expect(places.take('here')).toEqual({ over: 'perAddress' })
    const there = taken(places, 'there')
    expect([here.assign('ann'), here.assign('ann')]).toEqual([true, true])
    expect([there.assign('ann'), there.assign('ben')]).toEqual([false, true])
    here.leave()
    there.leave()
    expect([places.taken, places.pending, places.names]).toEqual([0, 0, 0])
  })

  test('are not counted for a principal who left while being judged', () => {
    const places = new Places(limits({ perPrincipal: 1 }))
    const place = taken(places)
    place.leave()
    expect(place.assign('ann')).toBe(true)
    expect(places.names).toBe(0)
  })

  test('never leak and never pass a limit, in whatever order requests come, are judged, open and leave', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('take' as const), name: fc.constantFrom('a', 'b', 'c', undefined) }),
      fc.record({
        kind: fc.constantFrom('assign' as const, 'open' as const, 'leave' as const),
        index: fc.nat({ max: 30 }),
        name: fc.constantFrom('a', 'b', 'c'),
      }),
    )
    const bounds = fc.record({
      total: fc.integer({ min: 1, max: 8 }),
      pending: fc.integer({ min: 1, max: 4 }),
      perAddress: fc.integer({ min: 1, max: 3 }),
      perPrincipal: fc.integer({ min: 1, max: 3 }),
    })
    fc.assert(
      fc.property(bounds, fc.array(step, { maxLength: 120 }), (bound, steps) => {
        const places = new Places(bound)
        const crowd = new Crowd(places, bound)
        for (const each of steps) {
          const { got, expected } = crowd.take(each)
          expect(got).toBe(expected)
          expect([places.taken, places.pending]).toEqual([crowd.taken, crowd.pending])
          expect(crowd.mostOfOnePrincipal).toBeLessThanOrEqual(bound.perPrincipal)
        }
        crowd.leave()
        expect([places.taken, places.pending, places.names]).toEqual([0, 0, 0])
      }),
    )
  })
})

type Step =
  | { readonly kind: 'take'; readonly name: string | undefined }
  | { readonly kind: 'assign' | 'open' | 'leave'; readonly index: number; readonly name: string }

interface Visitor {
  readonly place: Place
  readonly address: string | undefined
  principal?: string
  state: 'pending' | 'open' | 'left'
}

/** The naive reference: who is in, counted anew each time. */
class Crowd {
  readonly #visitors: Visitor[] = []
  readonly #places: Places
  readonly #bound: PlaceLimits

  constructor(places: Places, bound: PlaceLimits) {
    this.#places = places
    this.#bound = bound
  }

  get taken(): number {
    return this.#count(() => true)
  }

  get pending(): number {
    return this.#count(({ state }) => state === 'pending')
  }

  get mostOfOnePrincipal(): number {
    return Math.max(...['a', 'b', 'c'].map((name) => this.#count(({ principal }) => principal === name)))
  }

  /** Takes a step, and says what came of it and what should have. */
  take(step: Step): { readonly got: unknown; readonly expected: unknown } {
    if (step.kind === 'take') return this.#arrive(step.name)
    const visitor = this.#visitors[step.index % Math.max(this.#visitors.length, 1)]
    if (!visitor) return { got: undefined, expected: undefined }
    if (step.kind === 'assign') return this.#assign(visitor, step.name)
    visitor.place[step.kind]()
    if (visitor.state !== 'left') visitor.state = step.kind === 'open' ? 'open' : 'left'
    return { got: visitor.place.isPending(), expected: false }
  }

  /** All leave. */
  leave(): void {
    for (const { place } of this.#visitors) place.leave()
  }

  #arrive(address: string | undefined): { readonly got: unknown; readonly expected: unknown } {
    const expected = this.#limitFor(address)
    const result = this.#places.take(address)
    if ('over' in result) return { got: result.over, expected }
    this.#visitors.push({ place: result.place, address, state: 'pending' })
    return { got: undefined, expected }
  }

  #assign(visitor: Visitor, name: string): { readonly got: boolean; readonly expected: boolean } {
    const isFree = this.#count(({ principal }) => principal === name) < this.#bound.perPrincipal
    const isCounted = visitor.state !== 'left' && visitor.principal === undefined
    const got = visitor.place.assign(name)
    if (isCounted && isFree) visitor.principal = name
    return { got, expected: !isCounted || isFree }
  }

  #limitFor(address: string | undefined): string | undefined {
    if (this.taken >= this.#bound.total) return 'total'
    if (this.pending >= this.#bound.pending) return 'pending'
    const ofAddress = this.#count((visitor) => visitor.address === address)
    return address !== undefined && ofAddress >= this.#bound.perAddress ? 'perAddress' : undefined
  }

  #count(isCounted: (visitor: Visitor) => boolean): number {
    return this.#visitors.filter((visitor) => visitor.state !== 'left' && isCounted(visitor)).length
  }
}
