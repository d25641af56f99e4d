import { expect, test } from 'vitest'
import { createPlaces } from '../lib/places.ts'

test('a place is free again when its signal aborts, or when it is given back, and counts once', () => {
  const places = createPlaces(1)
  const first = new AbortController()
  const leave = places.take(first.signal)
  expect(places.take(new AbortController().signal)).toBeUndefined()
  first.abort()
  const second = places.take(new AbortController().signal)
  expect(second).toBeDefined()
  leave?.()
  expect(places.take(new AbortController().signal)).toBeUndefined()
  second?.()
  expect(places.take(new AbortController().signal)).toBeDefined()
})

test('whoever is gone before a place was taken keeps none', () => {
  const places = createPlaces(1)
  for (let visit = 0; visit < 3; visit++) expect(places.take(AbortSignal.abort())).toBeDefined()
  expect(places.take(new AbortController().signal)).toBeDefined()
})
