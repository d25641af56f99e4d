import { describe, expect, test } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { createHub, ticks } from '../../test/create-hub.ts'
import { checkAdmission } from './authorize.ts'
import { toResponse } from './to-response.ts'

describe('what authorize returns', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'got undefined'],
    ['null', null, 'got null'],
    ['true', true, 'got true'],
    ['an error, where it should have been thrown', new Error('not you'), 'got Error: not you'],
    ['a list', ['ann'], 'got ann'],
    [
      'a principal that is a number, which revoke could not name',
      { principal: 7 },
      'principal must be a string; got 7',
    ],
    ['a principal that is null', { principal: null }, 'principal must be a string; got null'],
    ['one tag instead of a list', { tags: 'blue' }, 'tags must be a list of strings; got blue'],
    ['a set of tags', { tags: new Set(['blue']) }, 'tags must be a list of strings; got [object Set]'],
    ['tags without a text', { tags: Object.create(null) }, 'got [object Object]'],
    ['tags that are null', { tags: null }, 'tags must be a list of strings; got null'],
    ['a tag that is a number', { tags: ['blue', 5] }, 'tags must be a list of strings; got blue,5'],
    ['an expiry that is a date', { expiresAtMs: new Date(Number.NaN) }, 'expiresAtMs must be a number'],
    ['an expiry that is none', { expiresAtMs: Number.NaN }, 'expiresAtMs must be a number'],
    ['a filter that is none', { filter: null }, 'filter must be a function; got null'],
  ])('lets nobody in if it is %s', (_, granted, message) => {
    expect(() => checkAdmission(granted as object)).toThrow(TypeError)
    expect(() => checkAdmission(granted as object)).toThrow(message)
  })

  test('is kept as it was, whatever becomes of the list of tags', async () => {
    const hub = createHub()
    const teams = ['blue', 'red']
    const authorize = (): object => ({ principal: 'ann', tags: teams })
    const reader = new BlockReader(await toResponse(streamRequest(), ticks, { hub, authorize }))
    await reader.events(2)
    // The application takes Ann out of the team, and then says so.
    teams.splice(0, 1)
    expect(await hub.revoke({ tag: 'blue' })).toBe(1)
  })
})
