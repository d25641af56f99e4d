import { describe, expect, test } from 'vitest'
import { sharingKey } from './sharing-key.ts'

const read = (): void => undefined
const keyOf = (params: unknown): string => sharingKey(read, { params, channel: 'ticks' })

class Account {
  readonly #owner: string

  constructor(owner: string) {
    this.#owner = owner
  }

  get owner(): string {
    return this.#owner
  }
}

describe('clients share what a function makes', () => {
  test.each<[string, unknown]>([
    ['without parameters', undefined],
    ['with the same text, number and truth', { id: '7', page: 2, isOpen: true }],
    ['with the same list of text', { path: ['a', 'b'] }],
    ['with parameters that have no prototype', Object.assign(Object.create(null), { id: '7' })],
  ])('%s', (_, params) => {
    expect(keyOf(params)).toBe(keyOf(params))
  })

  test('in whatever order their parameters were written', () => {
    expect(keyOf({ a: '1', b: '2' })).toBe(keyOf({ b: '2', a: '1' }))
  })
})

describe('clients share nothing', () => {
  test.each<[string, unknown, unknown]>([
    ['a text and a number', { id: '7' }, { id: 7 }],
    ['a text and a list', { path: 'a,b' }, { path: ['a', 'b'] }],
    ['lists that were cut elsewhere', { path: ['a', 'b'] }, { path: ['a,b'] }],
    ['numbers that JSON has not', { id: Number.NaN }, { id: Infinity }],
    ['search parameters', new URLSearchParams('user=ann'), new URLSearchParams('user=ben')],
    ['headers', new Headers({ cookie: 'ann' }), new Headers({ cookie: 'ben' })],
    ['maps', new Map([['user', 'ann']]), new Map([['user', 'ben']])],
    ['requests', new Request('http://a.example'), new Request('http://b.example')],
    ['what a class keeps to itself', new Account('ann'), new Account('ben')],
    ['members that are not enumerable', hidden('ann'), hidden('ben')],
    ['members by symbol', { [Symbol.for('user')]: 'ann' }, { [Symbol.for('user')]: 'ben' }],
    ['objects in objects', { user: { id: 'ann' } }, { user: { id: 'ben' } }],
  ])('with %s that differ', (_, ann, ben) => {
    expect(keyOf(ann)).not.toBe(keyOf(ben))
  })

  test('with another function, or another principal', () => {
    const params = {}
    expect(sharingKey(read, { params })).not.toBe(sharingKey(() => undefined, { params }))
    expect(sharingKey(read, { params, principal: 'ann' })).not.toBe(
      sharingKey(read, { params, principal: 'ben' }),
    )
    expect(sharingKey(read, { params, principal: undefined })).not.toBe(
      sharingKey(read, { params, principal: '' }),
    )
  })
})

function hidden(user: string): object {
  return Object.defineProperty({}, 'user', { value: user })
}
