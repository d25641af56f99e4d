import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { MemoryLog } from './memory-log.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const KIB = 1024
const history = { maxEvents: 1000, maxAgeMs: 600_000, maxBytes: 1024 * KIB }

test('holds no more memory than its history says, however much passes through', () => {
  const log = new MemoryLog({ epoch: 'e', seq: 0, tag: 't' })
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let n = 1; n <= 900; n++) {
    // Of its own, and not a slice of or a shared constant: 100 KiB as UTF-16, 200 in the log's count.
    const data = String.fromCharCode(...Array.from({ length: 100 }, () => 0x4e00 + (n % 1000))).repeat(KIB)
    log.append(
      { type: 'x', data: Buffer.from(data, 'utf16le').toString('utf16le') },
      { idempotencyKey: `${n}`, history },
    )
  }
  collectGarbage()
  const held = process.memoryUsage().heapUsed - before
  expect(held).toBeLessThan(4 * 1024 * KIB)
  const { entries, base, head } = log.read({ from: 'oldest', maxEntries: 1e6, maxBytes: 1e9, history })
  expect([entries.length, base.seq, head.seq]).toEqual([5, 895, 900])
})

test('finds any entry of a long log, also after much was trimmed', () => {
  const log = new MemoryLog({ epoch: 'e', seq: 0, tag: 't' })
  for (let n = 1; n <= 5000; n++)
    log.append({ type: 'x', data: String(n) }, { idempotencyKey: `${n}`, history })
  for (const seq of [4000, 4001, 4500, 4999]) {
    const { entries } = log.read({ from: { seq }, maxEntries: 1, maxBytes: 1e9, history })
    expect(entries.map(({ data }) => data)).toEqual([String(seq + 1)])
  }
})
