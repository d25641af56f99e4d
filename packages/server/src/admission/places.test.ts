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
        // The naive reference: who is in, counted anew each time.
        interface Visitor {
          readonly place: Place
          readonly address: string | undefined
          principal?: string
          state: 'pending' | 'open' | 'left'
        }
        const visitors: Visitor[] = []
        const count = (isCounted: (visitor: Visitor) => boolean): number =>
          visitors.filter((visitor) => visitor.state !== 'left' && isCounted(visitor)).length
        for (const each of steps) {
          if (each.kind === 'take') {
            const address = each.name
            const result = places.take(address)
            const expected =
              count(() => true) >= bound.total
                ? 'total'
                : count(({ state }) => state === 'pending') >= bound.pending
                  ? 'pending'
                  : address !== undefined &&
                      count((visitor) => visitor.address === address) >= bound.perAddress
                    ? 'perAddress'
                    : undefined
            expect('over' in result ? result.over : undefined).toBe(expected)
            if ('place' in result) visitors.push({ place: result.place, address, state: 'pending' })
          } else {
            const visitor = visitors[each.index % Math.max(visitors.length, 1)]
            if (!visitor) continue
            if (each.kind === 'assign') {
              const isFree = count(({ principal }) => principal === each.name) < bound.perPrincipal
              const isCounted = visitor.state !== 'left' && visitor.principal === undefined
              expect(visitor.place.assign(each.name)).toBe(!isCounted || isFree)
              if (isCounted && isFree) visitor.principal = each.name
            } else {
              visitor.place[each.kind]()
              if (visitor.state !== 'left') visitor.state = each.kind === 'open' ? 'open' : 'left'
            }
          }
          expect(places.taken).toBe(count(() => true))
          expect(places.pending).toBe(count(({ state }) => state === 'pending'))
          for (const name of ['a', 'b', 'c']) {
            expect(count(({ principal }) => principal === name)).toBeLessThanOrEqual(bound.perPrincipal)
          }
        }
        for (const { place } of visitors) place.leave()
        expect([places.taken, places.pending, places.names]).toEqual([0, 0, 0])
      }),
    )
  })
})
