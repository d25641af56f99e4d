import { expect, test } from 'vitest'
import { EventStreamDecoderStream } from './event-stream-decoder-stream.ts'

const streamOf = (...chunks: (Uint8Array | string)[]): ReadableStream<Uint8Array | string> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })

test('turns chunks of bytes and text into events', async () => {
  const retries: number[] = []
  const decoder = new EventStreamDecoderStream({ lastEventId: '1', onRetry: (time) => retries.push(time) })
  expect(decoder).toBeInstanceOf(TransformStream)
  const source = streamOf(new TextEncoder().encode('\uFEFFretry: 5\ndata: a\n'), '\ndata: b\n\ndata: c')
  expect(await Array.fromAsync(source.pipeThrough(decoder))).toEqual([
    { type: 'message', data: 'a', lastEventId: '1' },
    { type: 'message', data: 'b', lastEventId: '1' },
  ])
  expect(retries).toEqual([5])
})

test('fails where a limit is passed', async () => {
  const decoder = new EventStreamDecoderStream({ limits: { maxEventLength: 2 } })
  const reader = streamOf('data: a\n\n', 'data: abc\n\n').pipeThrough(decoder).getReader()
  expect(await reader.read()).toHaveProperty('value.data', 'a')
  await expect(reader.read()).rejects.toMatchObject({ code: 'limit-exceeded' })
})

test('fails with the error of a callback that throws', async () => {
  const failure = new Error('a listener failed')
  const decoder = new EventStreamDecoderStream({
    onComment: () => {
      throw failure
    },
  })
  await expect(streamOf(':\n').pipeThrough(decoder).getReader().read()).rejects.toBe(failure)
})

test('refuses wrong limits at once', () => {
  expect(() => new EventStreamDecoderStream({ limits: { maxIdLength: 0 } })).toThrow(RangeError)
})
