import { describe, expect, test } from 'vitest'
import { createProtocolReader } from './protocol-reader.ts'

/** A block: its type, its data as JSON, and its id, where it has one. */
type Row = readonly [type: string, data?: unknown, id?: string]

/** Runs the blocks of one response, and writes what they mean in one line each. */
function read(requestId: string, ...rows: readonly Row[]): string[] {
  const lines: string[] = []
  const readBlock = createProtocolReader(
    { lastEventId: requestId },
    {
      onOpen: () => undefined,
      onItem: (_name, item) => {
        const data = 'data' in item ? ` ${JSON.stringify(item.data)}` : ''
        lines.push(`${item.type}${data} @${item.lastEventId}`)
      },
      onEvent: ({ type, replayed, id, lastEventId }) => {
        lines.push(`${type}${replayed ? ' replayed' : ''}${id ? ` #${id}` : ''} @${lastEventId}`)
      },
    },
  )
  let lastEventId = requestId
  for (const [type, data = {}, id] of rows) {
    lastEventId = id ?? lastEventId
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    readBlock({ type, data: text, lastEventId }, id !== undefined)
  }
  return lines
}

const open = (resume: string, id?: string, delivery = 'all'): Row => [
  'millrace.open',
  { resume, delivery, heartbeatMs: 15_000 },
  ...((id === undefined ? [] : [id]) as [string?]),
]
const live = (id: string): Row => ['millrace.live', {}, id]
const gap = (reason: string, missed: number | null, at: string): string =>
  `millrace.gap ${JSON.stringify({ reason, missed })} @${at}`

test.each<{ title: string; requestId?: string; blocks: Row[]; expected: string[] }>([
  {
    title: 'tells what is replayed from what is live',
    blocks: [open('fresh', 'e.0.z'), ['tick', 1, 'e.1.a'], live('e.1.a'), ['tick', 2, 'e.2.b']],
    expected: ['tick replayed @e.1.a', 'millrace.live @e.1.a', 'tick @e.2.b'],
  },
  {
    title: 'surfaces the id that the publisher gave',
    blocks: [open('fresh', 'e.0.z'), live('e.0.z'), ['tick', 1, 'e.1.a.order-17']],
    expected: ['millrace.live @e.0.z', 'tick #order-17 @e.1.a.order-17'],
  },
  {
    title: 'goes on behind the cursor without a word',
    requestId: 'e.41.t',
    blocks: [open('resumed', 'e.41.t'), ['tick', 1, 'e.42.u'], live('e.42.u')],
    expected: ['tick replayed @e.42.u', 'millrace.live @e.42.u'],
  },
  {
    title: 'drops repeats within an epoch, also of the very last event',
    requestId: 'e.41.t',
    blocks: [
      open('resumed', 'e.41.t'),
      ['tick', 1, 'e.40.s'],
      ['tick', 1, 'e.41.t'],
      ['tick', 2, 'e.42.u'],
      ['tick', 2, 'e.42.u'],
    ],
    expected: ['tick replayed @e.42.u'],
  },
  {
    title: 'drops no repeats where values stand in for others',
    requestId: 'e.41.t',
    blocks: [open('resumed', 'e.41.t', 'latest'), ['tick', 1, 'e.40.s'], ['tick', 2, 'e.40.s']],
    expected: ['tick replayed @e.40.s', 'tick replayed @e.40.s'],
  },
  {
    title: 'raises no gap where the same position comes again with what stands in for it',
    requestId: 'e.41.t~44.w',
    blocks: [
      open('resumed', 'e.41.t~44.w', 'latest'),
      ['tick', 1, 'e.41.t~45.x'],
      ['tick', 2, 'e.41.u~45.x.order-17'],
      ['tick', 3, 'e.40.s~46.y'],
      live('e.46.y'),
    ],
    expected: [
      'tick replayed @e.41.t~45.x',
      'tick replayed #order-17 @e.41.u~45.x.order-17',
      'tick replayed @e.40.s~46.y',
      'millrace.live @e.46.y',
    ],
  },
  {
    title: 'sees that the log began anew also where values stand in for others',
    requestId: 'e.41.t',
    blocks: [open('resumed', 'e.41.t', 'latest'), ['tick', 1, 'f.1.a']],
    expected: [gap('restarted', null, 'e.41.t'), 'tick replayed @f.1.a'],
  },
  {
    title: 'sees by the tag that numbers were used again',
    requestId: 'e.41.t',
    blocks: [open('resumed', 'e.41.t'), live('e.41.t'), ['tick', 1, 'e.42.u'], ['tick', 1, 'e.42.v']],
    expected: ['millrace.live @e.41.t', 'tick @e.42.u', gap('diverged', null, 'e.42.u'), 'tick @e.42.v'],
  },
  {
    title: 'sees a foreign tag in the open block',
    requestId: 'e.41.t',
    blocks: [open('resumed', 'e.41.x')],
    expected: [gap('diverged', null, 'e.41.t')],
  },
  {
    title: 'sees that the log began anew',
    requestId: 'e.41.t',
    blocks: [open('resumed', 'e.41.t'), live('e.41.t'), ['tick', 1, 'f.1.a'], ['tick', 1, 'f.2.b']],
    expected: ['millrace.live @e.41.t', gap('restarted', null, 'e.41.t'), 'tick @f.1.a', 'tick @f.2.b'],
  },
  {
    title: 'raises the gap itself when its cursor got lost on the way',
    requestId: 'e.41.t',
    blocks: [open('fresh', 'e.90.q'), live('e.90.q')],
    expected: [gap('unknown', null, 'e.90.q'), 'millrace.live @e.90.q'],
  },
  {
    title: 'raises no other gap when its cursor got lost and the epoch is another one',
    requestId: 'e.41.t',
    blocks: [open('fresh'), ['millrace.snapshot', { state: 7 }, 'f.3.q']],
    expected: [gap('unknown', null, 'e.41.t'), 'millrace.snapshot {"state":7} @f.3.q'],
  },
  {
    title: 'passes a gap on and compares with its position from then on',
    requestId: 'e.41.t',
    blocks: [
      open('gap'),
      ['millrace.gap', { reason: 'restarted', missed: null }, 'f.0.z'],
      ['tick', 1, 'f.1.a'],
    ],
    expected: [gap('restarted', null, 'f.0.z'), 'tick replayed @f.1.a'],
  },
  {
    title: 'goes back where a gap says so',
    requestId: 'e.41.t',
    blocks: [
      open('gap'),
      ['millrace.gap', { reason: 'diverged', missed: null }, 'e.30.z'],
      ['tick', 1, 'e.31.a'],
    ],
    expected: [gap('diverged', null, 'e.30.z'), 'tick replayed @e.31.a'],
  },
  {
    title: 'takes a snapshot behind a gap',
    requestId: 'e.1.t',
    blocks: [
      open('gap'),
      ['millrace.gap', { reason: 'trimmed', missed: 12 }],
      ['millrace.snapshot', { state: { ACME: 1 } }, 'e.90.m'],
      ['tick', 1, 'e.90.m'],
      ['tick', 1, 'e.91.n'],
      live('e.91.n'),
    ],
    expected: [
      gap('trimmed', 12, 'e.1.t'),
      'millrace.snapshot {"state":{"ACME":1}} @e.90.m',
      'tick replayed @e.91.n',
      'millrace.live @e.91.n',
    ],
  },
  {
    title: 'moves its position on by heartbeats, and never back',
    blocks: [
      open('fresh', 'e.0.z'),
      ['millrace.heartbeat', {}, 'e.240.p'],
      ['millrace.heartbeat', {}, 'e.100.p'],
      ['tick', 1, 'e.200.p'],
      ['tick', 1, 'e.241.p'],
    ],
    expected: ['tick replayed @e.241.p'],
  },
  {
    title: 'takes ids of one-shot streams as they are',
    blocks: [
      open('fresh'),
      ['message', 1, 'e.5.a'],
      ['message', 1, 'e.5.a'],
      ['message', 1, 'e.4.a'],
      ['message'],
    ],
    expected: ['message @e.5.a', 'message @e.5.a', 'message @e.4.a', 'message @e.4.a'],
  },
  {
    title: "delivers events without an id, which are nobody's repeat",
    blocks: [open('fresh', 'e.0.z'), live('e.0.z'), ['tick', 1, 'e.1.a.order-17'], ['tick', 2], ['tick', 3]],
    expected: [
      'millrace.live @e.0.z',
      'tick #order-17 @e.1.a.order-17',
      'tick @e.1.a.order-17',
      'tick @e.1.a.order-17',
    ],
  },
  {
    title: 'tells the end',
    blocks: [open('fresh'), ['millrace.end', { reason: 'failed' }, 'millrace.end']],
    expected: ['millrace.end {"reason":"failed"} @millrace.end'],
  },
  {
    title: 'ignores types and members that it does not know',
    blocks: [
      open('fresh', 'e.0.z'),
      ['millrace.future', { a: 1 }, 'e.1.a'],
      ['millrace.open.more', []],
      ['tick'],
    ],
    expected: ['tick replayed @e.1.a'],
  },
  {
    title: 'takes reasons that it does not know for unknown ones',
    blocks: [open('gap'), ['millrace.gap', { reason: 'eclipse', missed: 'many' }], ['millrace.gap', null]],
    expected: [gap('unknown', null, ''), gap('unknown', null, '')],
  },
  {
    title: 'takes everything for an event where the first event is not millrace.open',
    blocks: [
      ['message', 1, 'e.1.a'],
      open('fresh', 'e.0.z'),
      ['millrace.end', '{', 'x'],
      ['message', 1, 'e.1.a'],
    ],
    expected: ['message @e.1.a', 'millrace.open @e.0.z', 'millrace.end @x', 'message @e.1.a'],
  },
  {
    title: 'sees a cursor get lost behind a relay that reconnects on its own',
    blocks: [
      open('fresh', 'e.0.z'),
      live('e.0.z'),
      ['tick', 1, 'e.1.a'],
      open('fresh', 'e.9.k'),
      ['tick', 1, 'e.10.l'],
    ],
    expected: ['millrace.live @e.0.z', 'tick @e.1.a', gap('unknown', null, 'e.9.k'), 'tick @e.10.l'],
  },
])('$title', ({ requestId = '', blocks, expected }) => {
  expect(read(requestId, ...blocks)).toEqual(expected)
})

describe('a block that is not JSON', () => {
  test.each(['millrace.open', 'millrace.gap', 'millrace.snapshot', 'millrace.end'])('%s throws', (type) => {
    const rows: Row[] =
      type === 'millrace.open' ? [[type, '{"resume":']] : [open('fresh'), [type, '{"resume":']]
    expect(() => read('', ...rows)).toThrow(SyntaxError)
  })
})

describe('a Millrace response', () => {
  const opened = (...blocks: readonly [type: string, id?: string, data?: string][]): unknown[] => {
    const calls: unknown[] = []
    const readBlock = createProtocolReader(
      { lastEventId: '' },
      {
        onOpen: (...call) => calls.push(call),
        onItem: () => undefined,
        onEvent: () => undefined,
      },
    )
    for (const [type, id, data = '{}'] of blocks) {
      readBlock({ type, data, lastEventId: id ?? '' }, id !== undefined)
    }
    return calls
  }

  test('is told by its first event', () => {
    expect(opened(['millrace.open'], ['message'])).toHaveLength(1)
    expect(opened(['message'], ['millrace.open'])).toEqual([])
  })

  test('allows to send the request again where the open block had an id', () => {
    expect(opened(['millrace.open'])).toEqual([[false, undefined]])
    expect(opened(['millrace.open', 'any'])).toEqual([[true, undefined]])
  })

  test('says how often to expect something', () => {
    expect(opened(['millrace.open', 'any', '{"heartbeatMs":15000}'])).toEqual([[true, 15_000]])
  })
})
