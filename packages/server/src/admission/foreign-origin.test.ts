import { describe, expect, test } from 'vitest'
import { isForeign } from './foreign-origin.ts'

const OWN = 'http://app.example'
interface Asked {
  readonly headers: Readonly<Record<string, string>>
  readonly url?: string
}
type Row = readonly [who: string, asked: Asked]

const strangers: readonly Row[] = [
  ['a page of another site', { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } }],
  [
    'a page of a sister site',
    { headers: { 'sec-fetch-site': 'same-site', origin: 'https://blog.app.example' } },
  ],
  ['an image on another site, which sends no origin', { headers: { 'sec-fetch-site': 'cross-site' } }],
  [
    'a page that names a host of ours',
    { headers: { 'sec-fetch-site': 'cross-site', origin: OWN, host: 'app.example' } },
  ],
  [
    'a page of another site, on plain HTTP',
    { headers: { origin: 'http://evil.example', host: 'app.example' } },
  ],
  [
    'a page of another port, on plain HTTP',
    { headers: { origin: 'http://app.example:81', host: 'app.example' } },
  ],
  ['a sandboxed frame', { headers: { origin: 'null', host: 'app.example' } }],
  ['a sandboxed frame, by its browser', { headers: { 'sec-fetch-site': 'cross-site', origin: 'null' } }],
  [
    'a file, behind a proxy that names no host',
    { headers: { origin: 'file://', host: 'app.example', 'x-forwarded-host': '' } },
  ],
  [
    'an app whose scheme is its own',
    { headers: { origin: 'capacitor://localhost', host: 'localhost' }, url: 'http://localhost/' },
  ],
  ['an origin that is none', { headers: { origin: 'app.example', host: 'app.example' } }],
  [
    'a page of the host that the server takes itself for',
    { headers: { origin: 'http://localhost:3000', host: 'app.example' }, url: 'http://localhost:3000/' },
  ],
]

const friends: readonly Row[] = [
  ['a page of this site', { headers: { 'sec-fetch-site': 'same-origin' } }],
  [
    'a POST of this site, behind a proxy that hides its name',
    {
      headers: { 'sec-fetch-site': 'same-origin', origin: 'https://app.example', host: 'localhost:3000' },
      url: 'http://localhost:3000/',
    },
  ],
  ['a POST of this site without referrer', { headers: { 'sec-fetch-site': 'same-origin', origin: 'null' } }],
  ['a person who typed the address', { headers: { 'sec-fetch-site': 'none' } }],
  ['a program', { headers: {} }],
  ['a page of this site, on plain HTTP, whose GET has no origin', { headers: { host: 'localhost:3000' } }],
  [
    'a POST of this site, on plain HTTP',
    { headers: { origin: OWN, host: 'app.example' }, url: 'http://localhost:3000/' },
  ],
  ['a POST of this site to a server without a Host header', { headers: { origin: OWN } }],
  ['a POST to a host in capitals', { headers: { origin: OWN, host: 'APP.example' } }],
  [
    'a POST whose TLS ended at a proxy',
    { headers: { origin: 'https://app.example', host: 'app.example:443' } },
  ],
  [
    'a POST behind a proxy that says for whom it asks',
    { headers: { origin: 'https://app.example', host: '127.0.0.1:3000', 'x-forwarded-host': 'app.example' } },
  ],
  [
    'a POST behind two proxies',
    { headers: { origin: 'https://app.example', host: 'b:1', 'x-forwarded-host': 'app.example, a:1' } },
  ],
  ['a POST to an address in brackets', { headers: { origin: 'http://[::1]:3000', host: '[::1]:3000' } }],
]

describe('a page of another origin', () => {
  test.each(strangers)('is %s', (_, { headers, url = `${OWN}/stream` }) => {
    expect(isForeign(new Request(url, { headers }))).toBe(true)
  })

  test.each(friends)('is not %s', (_, { headers, url = `${OWN}/stream` }) => {
    expect(isForeign(new Request(url, { headers }))).toBe(false)
  })
})
