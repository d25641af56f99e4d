import { expect, test } from 'vitest'

test.each([
  ['@millrace/core', () => import('@millrace/core')],
  ['@millrace/core/protocol', () => import('@millrace/core/protocol')],
  ['@millrace/client', () => import('@millrace/client')],
  ['@millrace/client/eventsource', () => import('@millrace/client/eventsource')],
  ['@millrace/client/testing', () => import('@millrace/client/testing')],
  ['@millrace/server', () => import('@millrace/server')],
  ['@millrace/server/node', () => import('@millrace/server/node')],
  ['@millrace/server/testing', () => import('@millrace/server/testing')],
  ['@millrace/react', () => import('@millrace/react')],
  ['@millrace/next', () => import('@millrace/next')],
  ['@millrace/redis', () => import('@millrace/redis')],
])('%s loads where there is no browser, and has named exports only', async (_, load) => {
  expect(typeof document).toBe('undefined')
  expect(Object.keys(await load())).not.toContain('default')
})
