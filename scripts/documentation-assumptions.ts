/** What the examples of the documentation take for granted, as a reader would, by name. */
const assumptions: Readonly<Record<string, string>> = {
  prices: `declare const prices: import('@millrace/core').Channel<{ tick: { symbol: string; price: number } }>`,
  rooms: `declare const rooms: import('@millrace/core').ParameterizedStream<{ id: string }, { message: { text: string } }>`,
  url: `declare const url: string`,
  bytes: `declare const bytes: Uint8Array`,
  Tick: `type Tick = { n: number }`,
  prompt: `declare const prompt: string`,
  model: `declare function model(input: unknown, options: { signal: AbortSignal }): AsyncIterable<string>`,
  readPrices: `declare function readPrices(): Promise<Record<string, number>>`,
  userOf: `declare function userOf(request: Request): Promise<{ id: string; teams: string[]; mayRead(symbol: string): boolean } | undefined>`,
  show: `declare function show(symbol: string, price: number): void`,
  createYours: `declare function createYours(): Promise<import('@millrace/server/testing').BackplaneUnderTest>`,
  request: `declare const request: Request`,
  answer: `declare const answer: import('@millrace/server').StreamHandler`,
  client: `declare const client: import('@millrace/redis').RedisClient`,
  connectEventStream: `import { connectEventStream } from '@millrace/client'`,
  defineStream: `import { defineStream } from '@millrace/core'`,
  Hub: `import { Hub } from '@millrace/server'`,
  toResponse: `import { toResponse } from '@millrace/server'`,
  eventStream: `import { eventStream } from '@millrace/next'`,
  useEventStream: `import { useEventStream } from '@millrace/react'`,
  useEventStreamRequest: `import { useEventStreamRequest } from '@millrace/react'`,
  useEventStreamStatus: `import { useEventStreamStatus } from '@millrace/react'`,
  EventStreamProvider: `import { EventStreamProvider } from '@millrace/react'`,
  InitialSnapshot: `import type { InitialSnapshot } from '@millrace/react'`,
  defineFold: `import { defineFold } from '@millrace/react'`,
  book: `declare const book: import('@millrace/react').Fold<Record<string, number>, import('@millrace/react').ChannelEvent<{ tick: { symbol: string; price: number } }>>`,
}

/** Declares what an example uses and does not declare itself. */
export function assumptionsOf(code: string): string {
  return Object.entries(assumptions)
    .filter(([name]) => new RegExp(`\\b${name}\\b`).test(code) && !isDeclared(name, code))
    .map(([, declaration]) => declaration)
    .join('\n')
}

function isDeclared(name: string, code: string): boolean {
  const declarations = [
    'const ([[{][^=]*)?',
    'function\\*? ',
    '(class|type|interface) ',
    'import (type )?\\{[^}]*',
  ]
  return new RegExp(`\\b(${declarations.join('|')})\\b${name}\\b`).test(code)
}
