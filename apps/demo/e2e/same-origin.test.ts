import { expect, test } from 'vitest'
import { isSameOrigin } from '../lib/same-origin.ts'

test.for<[string, Record<string, string>, boolean]>([
  ['this site', { host: 'demo.test:4200', origin: 'http://demo.test:4200' }, true],
  ['another port', { host: 'demo.test:4200', origin: 'http://demo.test:4201' }, false],
  ['another host', { host: 'demo.test:4200', origin: 'http://evil.test:4200' }, false],
  ['a sandboxed frame', { host: 'demo.test:4200', origin: 'null' }, false],
  ['what sends no origin', { host: 'demo.test:4200' }, false],
])('judges a request of %s', ([, headers, expected]) => {
  expect(isSameOrigin(new Request('http://demo.test:4200/', { method: 'POST', headers }))).toBe(expected)
})
