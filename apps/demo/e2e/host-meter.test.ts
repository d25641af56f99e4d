import { totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { busyPercent, createHostMeter } from '../server/host-meter.ts'

const core = (user: number, idle: number) => ({ times: { user, nice: 0, sys: 0, idle, irq: 0 } })

test.for<[string, ReturnType<typeof core>, number]>([
  ['a core that did nothing', core(100, 1250), 0],
  ['a core that never rested', core(350, 1000), 100],
  ['a core that worked a quarter of the time', core(150, 1150), 25],
  ['a core whose clocks stood still', core(100, 1000), 0],
])('measures %s', ([, after, expected]) => {
  expect(busyPercent([core(100, 1000)], [after])).toEqual([expected])
})

test('reads real figures of this machine', () => {
  const meter = createHostMeter()
  const [first, second] = [meter.read(), meter.read()]
  meter.stop()
  expect(first).toMatchObject({ memoryTotalBytes: totalmem() })
  expect(second.coresBusy.length).toBeGreaterThan(0)
  expect(second.memoryUsedBytes).toBeGreaterThan(0)
  expect(second.memoryUsedBytes).toBeLessThan(second.memoryTotalBytes)
  expect(second.loopDelayMs).toBeGreaterThanOrEqual(0)
})
