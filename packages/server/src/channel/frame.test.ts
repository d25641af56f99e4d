import { createParser } from '@millrace/core'
import { expect, test } from 'vitest'
import type { LogEntry } from '../log/log-entry.ts'
import { frameOf } from './frame.ts'

const entry: LogEntry = {
  epoch: 'e',
  seq: 7,
  tag: 't',
  previousTag: 's',
  atMs: 0,
  type: 'täg',
  data: 'a\nü',
  id: 'order-17',
}

test('is one block, with the body before the id', () => {
  const { bytes, bodyLength } = frameOf(entry)
  const text = new TextDecoder()
  expect(text.decode(bytes.subarray(0, bodyLength))).toBe('event: täg\ndata: a\ndata: ü\n')
  expect(text.decode(bytes.subarray(bodyLength))).toBe('id: e.7.t.order-17\n\n')
  const events: unknown[] = []
  createParser({ onEvent: (event) => void events.push(event) }).feed(bytes)
  expect(events).toEqual([{ type: 'täg', data: 'a\nü', lastEventId: 'e.7.t.order-17' }])
})

test('is made once', () => {
  expect(frameOf(entry)).toBe(frameOf(entry))
})
