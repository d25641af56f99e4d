import { HEARTBEAT } from '@millrace/core/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NumberedLog } from '../../test/numbered-log.ts'
import { BlockList } from './block-list.ts'
import { type Block, plainBlock, sizeOf } from './block.ts'

const blockOf = (size: number): Block => plainBlock(new Uint8Array(size))
const bytesOf = (blocks: readonly Block[]): number => blocks.reduce((sum, block) => sum + sizeOf(block), 0)

test('behaves as an array that counts bytes, whatever is done to it', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const), size: fc.nat(20) }) },
    fc.record({
      do: fc.constantFrom('take' as const, 'remove' as const, 'replace' as const),
      size: fc.nat(60),
    }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const list = new BlockList()
      const model: Block[] = []
      for (const { do: what, size } of steps) {
        const place = list.first + (size % Math.max(1, model.length))
        const block = blockOf(size)
        let taken: Block[] = []
        if (what === 'push') {
          model.push(block)
          list.push(block)
        } else if (model.length === 0) continue
        else if (what === 'take') taken = list.take(size)
        else if (what === 'remove') {
          model.splice(place - list.first, 1)
          list.remove(place)
        } else {
          model[place - list.first] = block
          list.replace(place, block)
        }
        expect(taken).toEqual(model.splice(0, taken.length))
        expect(taken.length <= 1 || bytesOf(taken) <= size).toBe(true)
        const places = Array.from({ length: list.end - list.first }, (_, index) => list.first + index)
        expect(places.map((each) => list.at(each))).toEqual(model)
        expect(list.size).toBe(model.length)
        expect(list.bytes).toBe(bytesOf(model))
      }
    }),
  )
})

test('forgets what was taken, and keeps the places of what was not', () => {
  const list = new BlockList()
  for (let size = 1; size <= 10; size++) list.push(blockOf(size))
  list.take(6)
  expect([list.first, list.end, list.size]).toEqual([3, 10, 7])
  expect(list.at(3)).toEqual(blockOf(4))
  list.clear()
  expect([list.size, list.bytes, list.first]).toEqual([0, 0, 10])
})

test('keeps of heartbeats in a row the last, and each that stands alone', () => {
  const list = new BlockList()
  const log = new NumberedLog()
  const heartbeat = (seq: number): Block => ({
    kind: 'position',
    type: HEARTBEAT,
    position: log.positionAt(seq),
  })
  const frame = log.append()
  for (const block of [heartbeat(0), frame, heartbeat(1), heartbeat(2), heartbeat(3), frame, heartbeat(4)])
    list.push(block)
  expect(list.take(10_000)).toEqual([heartbeat(0), frame, heartbeat(3), frame, heartbeat(4)])
})
