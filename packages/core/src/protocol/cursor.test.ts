import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Cursor, formatCursor, isApplicationId, parseCursor, parseHighest } from './cursor.ts'

const name = (max: number) => fc.stringMatching(new RegExp(`^[A-Za-z0-9_-]{1,${max}}$`))

describe('a cursor', () => {
  test('reads as what was written', () => {
    const seq = fc.nat({ max: 999_999_999_999_999 })
    fc.assert(
      fc.property(name(24), seq, name(16), fc.option(name(64)), (epoch, at, tag, id) => {
        const cursor: Cursor = { epoch, seq: at, tag, ...(id !== null && { id }) }
        const text = formatCursor(cursor, cursor)
        expect(text.length).toBeLessThanOrEqual(128)
        expect(parseCursor(text)).toEqual(cursor)
      }),
    )
  })

  test('may name a second position of the same epoch: the highest entry sent', () => {
    fc.assert(
      fc.property(name(10), fc.nat(), name(6), fc.option(name(64)), (epoch, at, tag, id) => {
        const highest = { epoch, seq: at + 1, tag: 'c0FFee' }
        const cursor: Cursor = { epoch, seq: at, tag, ...(id !== null && { id }) }
        const text = formatCursor(cursor, { ...cursor, highest })
        expect(parseCursor(text)).toEqual(cursor)
        expect(parseHighest(text)).toEqual(highest)
        expect(parseHighest(formatCursor(cursor, cursor))).toBe(undefined)
      }),
    )
  })

  test.each([
    '',
    'millrace.end',
    'a.1',
    'a.01.b',
    'a.-1.b',
    'a.1e3.b',
    'a.1000000000000000.b',
    'a.1.b.',
    'a.1.b.c.d',
    'a.1.b\n',
    'a.1.b ',
    'ä.1.b',
    'a.1.b.order 17',
    'a.1.b~',
    'a.1.b~2',
    'a.1.b~0.c',
    'a.1.b~02.c',
    'a.1.b~2.c~3.d',
    'a.1.b.id~2.c',
    `${'a'.repeat(24)}.999999999999999.${'b'.repeat(16)}~999999999999999.${'c'.repeat(16)}.${'d'.repeat(64)}`,
    `${'a'.repeat(25)}.1.b`,
    'a'.repeat(1_000_000),
  ])('is nothing else: %#', (text) => {
    expect(parseCursor(text)).toBe(undefined)
  })

  test('does without the application’s id where its positions leave no room for that', () => {
    const tag = 't'.repeat(16)
    const place = { epoch: 'e'.repeat(24), seq: 1, tag }
    const highest = { ...place, seq: 999_999_999_999_999 }
    const room = 128 - formatCursor(place, { highest }).length - 1
    const fits = formatCursor(place, { highest, id: 'i'.repeat(room) })
    expect([fits.length, parseCursor(fits)?.id?.length]).toEqual([128, room])
    const tooLong = formatCursor(place, { highest, id: 'i'.repeat(room + 1) })
    expect([parseCursor(tooLong), parseHighest(tooLong)]).toEqual([place, highest])
  })

  test('may carry an id of the application, of 64 characters that need no escape', () => {
    expect(isApplicationId('order-17_A')).toBe(true)
    for (const id of ['', 'a.b', 'a b', 'é', 'x'.repeat(65)]) expect(isApplicationId(id)).toBe(false)
  })
})
