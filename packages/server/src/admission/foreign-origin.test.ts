import { describe, expect, test } from 'vitest'
import { isForeign } from './foreign-origin.ts'

const OWN = 'http://app.example'
type Row = readonly [who: string, headers: Readonly<Record<string, string>>, url?: string]

const strangers: readonly Row[] = [
  ['a page of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['a page of a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://blog.app.example' }],
  ['an image on another site, which sends no origin', { 'sec-fetch-site': 'cross-site' }],
  ['a page that names a host of ours', { 'sec-fetch-site': 'cross-site', origin: OWN, host: 'app.example' }],
  ['a page of another site, on plain HTTP', { origin: 'http://evil.example', host: 'app.example' }],
  ['a page of another port, on plain HTTP', { origin: 'http://app.example:81', host: 'app.example' }],
  ['a sandboxed frame', { origin: 'null', host: 'app.example' }],
  ['a sandboxed frame, by its browser', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
  ['an origin that is none', { origin: 'app.example', host: 'app.example' }],
  [
    'a page of the host that the server takes itself for',
    { origin: 'http://localhost:3000', host: 'app.example' },
    'http://localhost:3000/',
  ],
]

const friends: readonly Row[] = [
  ['a page of this site', { 'sec-fetch-site': 'same-origin' }],
  [
    'a POST of this site, behind a proxy that hides its name',
    { 'sec-fetch-site': 'same-origin', origin: 'https://app.example', host: 'localhost:3000' },
    'http://localhost:3000/',
  ],
  ['a POST of this site without referrer', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
  ['a person who typed the address', { 'sec-fetch-site': 'none' }],
  ['a program', {}],
  ['a page of this site, on plain HTTP, whose GET has no origin', { host: 'localhost:3000' }],
  ['a POST of this site, on plain HTTP', { origin: OWN, host: 'app.example' }, 'http://localhost:3000/'],
  ['a POST of this site to a server without a Host header', { origin: OWN }],
  ['a POST to a host in capitals', { origin: OWN, host: 'APP.example' }],
  ['a POST whose TLS ended at a proxy', { origin: 'https://app.example', host: 'app.example:443' }],
  [
    'a POST behind a proxy that says for whom it asks',
    { origin: 'https://app.example', host: '127.0.0.1:3000', 'x-forwarded-host': 'app.example' },
  ],
  [
    'a POST behind two proxies',
    { origin: 'https://app.example', host: 'b:1', 'x-forwarded-host': 'app.example, a:1' },
  ],
  ['a POST to an address in brackets', { origin: 'http://[::1]:3000', host: '[::1]:3000' }],
]

describe('a page of another origin', () => {
  test.each(strangers)('is %s', (_, headers, url = `${OWN}/stream`) => {
    expect(isForeign(new Request(url, { headers }))).toBe(true)
  })

  test.each(friends)('is not %s', (_, headers, url = `${OWN}/stream`) => {
    expect(isForeign(new Request(url, { headers }))).toBe(false)
  })
})
