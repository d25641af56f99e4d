import { expect, test } from 'vitest'
import { isEventStream } from './media-type.ts'

test.for([
  'text/event-stream',
  'TEXT/Event-Stream',
  'text/event-stream;',
  'text/event-stream; charset=utf-8',
  'text/event-stream;charset=windows-1252',
  ' text/event-stream ; x=y',
])('takes %j for an event stream', (contentType) => {
  expect(isEventStream(contentType)).toBe(true)
})

test.for([
  null,
  '',
  'text/event-streamx',
  'xtext/event-stream',
  'text/event-stream x',
  'text/event stream',
  'text/plain; text/event-stream',
  'application/json',
])('does not take %j for an event stream', (contentType) => {
  expect(isEventStream(contentType)).toBe(false)
})
