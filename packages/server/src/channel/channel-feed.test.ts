import { expect, test } from 'vitest'
import { MemoryBackplane } from '../log/memory-backplane.ts'
import type { LogPage } from '../log/backplane.ts'
import { ChannelFeed, type FeedOptions } from './channel-feed.ts'

const history = { maxEvents: 1000, maxAgeMs: 600_000, maxBytes: 1e9 }
/** Hands on at once. */
const schedule: FeedOptions['schedule'] = (feed) => feed.flush()
const append = (backplane: MemoryBackplane, n: number) =>
  backplane.append('c', { type: 'x', data: String(n) }, { idempotencyKey: String(n), history })

test.each(Array.from({ length: 12 }, (_, microtasks) => microtasks))(
  'hands on at once what is announced %i microtasks after a read of the log',
  async (microtasks) => {
    let afterRead: () => void = () => undefined
    const backplane = new (class extends MemoryBackplane {
      override async read(...args: Parameters<MemoryBackplane['read']>): Promise<LogPage> {
        const page = await super.read(...args)
        afterRead()
        return page
      }
    })()
    const feed = new ChannelFeed('c', { backplane, history, maxQueueBytes: 1e6, schedule })
    await feed.armed
    const heard: string[] = []
    const member = {
      onEntry: ({ data }: { data: string }) => void heard.push(data),
      onBreak: () => undefined,
      onFail: () => undefined,
    }
    if (!feed.head || !feed.attach(member, feed.head)) throw new Error('not attached')
    await append(backplane, 1)
    afterRead = () => {
      afterRead = () => undefined
      let turn = Promise.resolve()
      for (let count = 0; count < microtasks; count++) turn = turn.then(() => undefined)
      void turn.then(() => append(backplane, 2))
    }
    await feed.catchUp(feed.head)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(heard).toEqual(['1', '2'])
    feed.close()
  },
)

test.each([
  ['has no room for all of it', { room: 2, publishes: false, heard: ['1', '2'] }],
  ['publishes more meanwhile', { room: Infinity, publishes: true, heard: ['1', '2', '3'] }],
])(
  'is not live for whom the newest entries are handed to and who %s',
  async (_, { room, publishes, heard }) => {
    const backplane = new MemoryBackplane()
    const feed = new ChannelFeed('c', { backplane, history, maxQueueBytes: 1e6, schedule })
    await feed.armed
    const start = feed.head
    for (const n of [1, 2, 3]) await append(backplane, n)
    const taken: string[] = []
    const member = {
      hasRoomFor: () => taken.length < room,
      onEntry: ({ data }: { data: string }) => {
        taken.push(data)
        if (publishes) void append(backplane, 3 + taken.length)
      },
      onBreak: () => undefined,
      onFail: () => undefined,
    }
    if (!start) throw new Error('not armed')
    expect([feed.attach(member, start), taken]).toEqual([false, heard])
    await append(backplane, 10)
    expect(taken).toEqual(heard)
    feed.close()
  },
)
