import { expect, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { type Ticks, createHub, ticks } from '../../test/create-hub.ts'
import { toResponse } from '../response/to-response.ts'
import type { HubObserver } from './hub-observer.ts'

const fail = (name: string) => (): never => {
  throw new Error(name)
}

/** An observer that throws whatever it is told. */
const observer: HubObserver = {
  onStreamOpen: fail('onStreamOpen'),
  onStreamEnd: fail('onStreamEnd'),
  onRefuse: fail('onRefuse'),
  onGap: fail('onGap'),
  onPublish: fail('onPublish'),
}

async function overflow(given: HubObserver): Promise<{ numbers: number[]; missed: number }> {
  const hub = createHub({ observer: given })
  const key = (): never => fail('key')()
  const options = { hub, slowConsumer: 'drop-oldest', maxQueueBytes: 2000 } as const
  const slow = new BlockReader(await toResponse(streamRequest(), ticks, options))
  const slowConsumer = { policy: 'latest-by-key', key } as const
  const other = new BlockReader(await toResponse<Ticks>(streamRequest(), ticks, { hub, slowConsumer }))
  await Promise.all([slow.events(2), other.events(2)])
  for (let n = 1; n <= 100; n++) await hub.publish(ticks, { type: 'tick', data: { n } })
  await new Promise((resolve) => setImmediate(resolve))
  const numbers: number[] = []
  let missed = 0
  while (numbers.at(-1) !== 100) {
    const { type, data } = await slow.event()
    const block = JSON.parse(data) as { n: number; missed: number }
    if (type === 'tick') numbers.push(block.n)
    else missed += block.missed
  }
  expect((await other.events(100)).at(-1)?.data).toBe('{"n":100}')
  await Promise.all([slow.cancel(), other.cancel()])
  expect(hub.inspect()).toMatchObject({ streams: 0, queuedBytes: 0 })
  return { numbers, missed }
}

test('an observer that throws is told of that, and costs no stream anything', async () => {
  const onError = vi.fn<(error: unknown) => void>()
  const { numbers, missed } = await overflow({ ...observer, onError })
  expect(numbers.length + missed).toBe(100)
  const told = new Set(onError.mock.calls.map(([error]) => (error as Error).message))
  expect(told).toEqual(new Set(['onStreamOpen', 'onStreamEnd', 'onGap', 'onPublish', 'key']))
})

test('one that throws when it is told so is left to the console', async () => {
  const error = vi.spyOn(console, 'error').mockReturnValue()
  const { numbers, missed } = await overflow({ ...observer, onError: fail('onError') })
  expect(numbers.length + missed).toBe(100)
  expect(error).toHaveBeenCalledWith('[millrace]', new Error('onError'))
  error.mockRestore()
})
